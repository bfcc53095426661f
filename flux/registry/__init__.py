"""The places that store images: a folder of OCI image layouts, or a registry over HTTP."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flux.registry.target import Registry


def open_registry(location: str, root: Path, jobs: int, insecure: bool | None) -> "Registry":
    """Return the registry at `location`: `oci://host/prefix`, or a folder relative to `root`."""
    from flux.registry.kind import RegistrySetting
    from flux.registry.kinds import kind_of

    return kind_of(location).open(RegistrySetting(location, root, jobs, insecure))


def host_of(location: str) -> str:
    """Return the server of a registry, as `docker login` takes it; empty for files of this machine."""
    from flux.registry.kinds import kind_of

    return kind_of(location).host(location)
