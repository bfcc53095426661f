"""Where images are stored: a folder of OCI image layouts, or a registry over HTTP."""

from collections.abc import Callable
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


KINDS: dict[str, Callable[[RegistrySetting], Registry]] = {"oci://": _open_remote, "": _open_folder}
"""The kinds of registries, by how their locations begin; the first that fits counts.

To add one takes a package beside these, and a row.
"""


def open_registry(location: str, root: Path, jobs: int, insecure: bool | None) -> Registry:
    """The registry at `location`: `oci://host/prefix`, or a folder relative to `root`."""
    kind = next(beginning for beginning in KINDS if location.startswith(beginning))
    return KINDS[kind](RegistrySetting(location, root, jobs, insecure))
