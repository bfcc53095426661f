"""The kinds of registries. A new kind needs a package beside these, and a row in `KINDS`."""

from flux.registry.folder.kind import FolderKind
from flux.registry.kind import RegistryKind
from flux.registry.remote.kind import RemoteKind

KINDS: dict[str, RegistryKind] = {kind.beginning: kind for kind in (FolderKind(), RemoteKind())}
"""The kinds by the beginning of their locations. The longest beginning that a location has counts."""


def kind_of(location: str) -> RegistryKind:
    return KINDS[max((each for each in KINDS if location.startswith(each)), key=len)]
