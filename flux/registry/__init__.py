"""The places that store images: a folder of OCI image layouts, or a registry over HTTP."""

from pathlib import Path

from flux.registry.kinds import KINDS, RegistrySetting
from flux.registry.target import Registry


def open_registry(location: str, root: Path, jobs: int, insecure: bool | None) -> Registry:
    """Return the registry at `location`: `oci://host/prefix`, or a folder relative to `root`."""
    kind = next(beginning for beginning in KINDS if location.startswith(beginning))
    return KINDS[kind](RegistrySetting(location, root, jobs, insecure))
