"""Where images live: a folder of OCI image layouts, or a registry over HTTP."""

from pathlib import Path

from flux.registry.target import Registry


def open_registry(location: str, root: Path, jobs: int, insecure: bool | None) -> Registry:
    """The registry at `location`: `oci://host/prefix`, or a folder relative to `root`."""
    if location.startswith("oci://"):
        from flux.registry.remote.registry import RemoteRegistry

        return RemoteRegistry(location.removeprefix("oci://"), jobs, insecure)
    from flux.registry.folder.registry import LayoutRegistry

    return LayoutRegistry(location, root / location)
