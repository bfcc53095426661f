"""A folder of OCI image layouts as a kind of registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flux.registry.kind import RegistryKind, RegistrySetting

if TYPE_CHECKING:
    from flux.registry.target import Registry


class FolderKind(RegistryKind):
    """A location that begins like no other kind is a folder."""

    beginning = ""
    allowed = "a folder"
    pattern = r"(?![^/]*[^/.][^/]*\.)[^:@]+"

    def read(self, location: str) -> str:
        first = location.partition("/")[0]
        if "://" in location:
            raise ValueError(f"a registry begins with {_others()}")
        if ":" in first or "@" in first or "." in first.lstrip("."):
            raise ValueError(f"a registry begins with {_others()}, a folder of such a name with ./")
        return location.rstrip("/") or "/"

    def open(self, setting: RegistrySetting) -> Registry:
        from flux.registry.folder.registry import LayoutRegistry

        return LayoutRegistry(setting.location, setting.root / setting.location)


def _others() -> str:
    from flux.registry.kinds import REGISTRY_KINDS

    return " or ".join(filter(None, REGISTRY_KINDS))
