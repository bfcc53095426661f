"""What promotions are about."""

from dataclasses import dataclass

from flux.forge.forge import Forge
from flux.git.clone import Clone
from flux.registry.target import Registry
from flux.settings import Settings


@dataclass(frozen=True)
class Monorepo:
    """One repository with its settings, the registry that it is published to and the forge that it is on."""

    repository: Clone
    settings: Settings
    registry: Registry
    forge: Forge
