"""The kinds of registries. A new kind needs a package beside these, and a row in `REGISTRY_KINDS`."""

from flux.registry.folder.kind import FolderKind
from flux.registry.kind import RegistryKind
from flux.registry.remote.kind import RemoteKind

REGISTRY_KINDS: dict[str, RegistryKind] = {kind.beginning: kind for kind in (FolderKind(), RemoteKind())}
"""The kinds by the beginning of their locations. The longest beginning that a location has counts."""


def kind_of(location: str) -> RegistryKind:
    return REGISTRY_KINDS[max((each for each in REGISTRY_KINDS if location.startswith(each)), key=len)]
