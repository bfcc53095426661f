"""What came before a command that is going to be disturbed, and the command."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flux.event import TERMINAL, Event
from tests.commands.promoting import World

TAG = "flux-oci-eso-v1.1.0"

HOUR = timedelta(hours=1)

Prepare = Callable[[World], Event]

Run = Callable[[World, Event], object]


@dataclass(frozen=True)
class Scenario:
    """What came before a command, with the event that starts it, and the command."""

    prepare: Prepare
    run: Run


def opened(world: World) -> Event:
    world.open(TAG)
    return TERMINAL


def ticked(*names: str, login: str = "bob") -> Prepare:
    def prepare(world: World) -> Event:
        world.open(TAG)
        return world.tick(*names, login=login)

    return prepare


def proposed(*names: str, then: Prepare) -> Prepare:
    """After a tick that was applied."""

    def prepare(world: World) -> Event:
        world.open(TAG)
        world.apply(world.tick(*names))
        return then(world)

    return prepare


def settled(world: World) -> Event:
    world.close()
    return world.tick("prod_ring2")


def conflicting(world: World) -> Event:
    world.release("eso", "1.2.0")
    world.desire(prod_ring2="1.2.0")
    return world.tick("at")


def overtaken(world: World) -> Event:
    world.release("eso", "1.2.0")
    world.desire(prod_ring1="1.2.0")
    return TERMINAL


def deployed(world: World) -> Event:
    world.merge()
    world.tag()
    return TERMINAL


def marked(world: World) -> Event:
    world.open(TAG)
    return world.edit(lambda body: body.replace("1.1.0", "1.0.0"))


def rolled_out(world: World) -> Event:
    world.promote("eso", "prod")
    return deployed(world)


def much(world: World) -> Event:
    """A build, a publication and an issue are due, a promotion to tag, and a pull request to settle."""
    world.open(TAG)
    world.apply(world.tick("at"))
    world.merge()
    world.promote("eso", "prod")
    world.close()
    world.release("eso", "1.2.0", publish=False)
    world.change({"artifacts/dashboard/x.yaml": "version: 9\n"})
    return TERMINAL


def apply(world: World, event: Event) -> object:
    return world.apply(event)


def sync(world: World, event: Event) -> object:
    return world.sync()


SCENARIOS = {
    "issue": Scenario(lambda world: TERMINAL, lambda world, event: world.open(TAG)),
    "tick": Scenario(ticked("prod_ring1"), apply),
    "tick more": Scenario(proposed("prod_ring1", then=lambda world: world.tick("tt")), apply),
    "untick": Scenario(proposed("prod", then=lambda world: world.untick("prod")), apply),
    "tick of an outsider": Scenario(ticked("prod", login="trudy"), apply),
    "untick of an outsider": Scenario(
        proposed("prod", then=lambda world: world.untick("prod", login="trudy")), apply
    ),
    "marker": Scenario(marked, apply),
    "settled": Scenario(proposed("prod_ring1", "tt", then=settled), apply),
    "conflict": Scenario(proposed("prod_ring1", then=conflicting), apply),
    "overtaken": Scenario(proposed("prod", then=overtaken), sync),
    "deployed": Scenario(proposed("at", "tt", "prod", then=deployed), sync),
    "promote": Scenario(opened, lambda world, event: world.promote("eso", "prod")),
    "rollback": Scenario(rolled_out, lambda world, event: world.roll_back("eso", "prod")),
    "reconcile": Scenario(much, lambda world, event: world.reconcile()),
}
