"""The kinds of registries. A new kind needs a package beside these, and a row in `KINDS`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from flux.registry.target import Registry


@dataclass(frozen=True)
class RegistrySetting:
    """A setting `registry` to open. A folder is relative to `root`; the rest is for a server."""

    location: str
    root: Path
    jobs: int
    insecure: bool | None


def _open_remote(request: RegistrySetting) -> Registry:
    from flux.registry.remote.registry import RemoteRegistry

    return RemoteRegistry(request.location.removeprefix("oci://"), request.jobs, request.insecure)


def _open_folder(request: RegistrySetting) -> Registry:
    from flux.registry.folder.registry import LayoutRegistry

    return LayoutRegistry(request.location, request.root / request.location)


KINDS: Mapping[str, Callable[[RegistrySetting], Registry]] = {"oci://": _open_remote, "": _open_folder}
"""The kinds by the beginning of their locations. The first match counts."""
