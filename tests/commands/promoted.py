"""What the tests of promotions share."""

from flux.registry import open_registry
from flux.registry.target import Target
from tests.commands.promoting import World

TAG = "flux-oci-eso-v1.1.0"

BRANCH = "promote/eso-1.1.0"

ALL = ("at_ring1", "at_ring2", "tt", "prod_ring1", "prod_ring2")


def diff(world: World, branch: str = BRANCH) -> list[str]:
    """The lines that a branch changes."""
    lines = world.bare.git("diff", "-U0", f"main...{branch}").splitlines()
    return [line.strip() for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def registry_of(world: World, artifact: str = "eso") -> Target:
    return open_registry(world.registry, world.repo.path, 1, None).repository(artifact)
