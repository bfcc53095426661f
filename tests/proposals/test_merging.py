"""Who merges: people, but for what the rules of all phases leave to the forge."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from flux.commands.issue.sync import sync_all
from flux.errors import ForgeError
from flux.promotion.gates.rule import Auto, Merge
from flux.proposals.advance import Advance
from flux.proposals.by_rule import Advanced
from flux.settings.phases import Phase
from tests.commands.deciding import BRANCH, TAG, proposed
from tests.commands.promoting import BOT, World
from tests.github.faults import error
from tests.github.state import Account, Pull
from tests.worlds import Plant

PHASES = (
    Phase("at", ("at_ring1", "at_ring2"), (("auto", Auto.MINOR), ("merge", Merge.AUTO)), is_ruled=True),
    Phase("tt", ("tt",)),
    Phase("prod", ("prod_ring1", "prod_ring2")),
)


@pytest.fixture
def world(hub: World) -> World:
    """A rule has proposed `at`, and GitHub merges that once it is green."""
    assert hub.github
    hub.github.repository("octo/monorepo").checks["main"] = {"check": None}
    world = hub.with_(phases=PHASES)
    world.open(TAG)
    assert not advance(world).notices
    assert proposed(world) == {"at_ring1"}
    assert auto_merge(world) == BOT
    return world


def advance(world: World) -> Advanced:
    with world.opened() as monorepo:
        advance = Advance(monorepo)
        return advance.advance(advance.in_motion())


def pull_of(world: World) -> Pull:
    assert world.github
    pull = world.github.repository("octo/monorepo").issues[world.pull().number]
    assert isinstance(pull, Pull)
    return pull


def auto_merge(world: World) -> str:
    """Who switched it on; empty where it is off."""
    found = pull_of(world).auto_merge
    assert world.pull().auto_merge == (found.login if found else "")
    return found.login if found else ""


def switch_on(world: World, login: str) -> None:
    pull_of(world).auto_merge = Account(99, login)


def writes(world: World) -> list[str]:
    """What was written to the branch and to auto-merge, in order."""
    assert world.github
    known = {
        ("POST", "/graphql"): "auto-merge",
        ("PATCH", f"/repos/octo/monorepo/git/refs/heads/{BRANCH}"): "branch",
    }
    asked = [(each.method, each.path.replace("%2F", "/")) for each in world.github.requests]
    return [known[each] for each in asked if each in known]


ASKS: dict[str, Callable[[World], object]] = {
    "tick": lambda world: world.apply(world.tick("prod_ring1")),
    "command": lambda world: world.promote("eso", "prod_ring1", "1.1.0"),
}


@pytest.mark.parametrize("ask", ASKS.values(), ids=ASKS)
def test_production_in_the_same_pull_request_is_merged_by_a_person(
    world: World, ask: Callable[[World], object]
) -> None:
    assert world.github
    world.github.requests.clear()
    ask(world)
    assert "prod_ring1" in proposed(world)
    assert auto_merge(world) == ""
    assert writes(world) == ["auto-merge", "branch"]
    assert any("Auto-merge" in comment and "a person" in comment for comment in world.comments())


def test_a_phase_that_the_forge_may_merge_too_leaves_it_on(world: World) -> None:
    world.apply(world.tick("at_ring2"))
    assert proposed(world) == {"at_ring1", "at_ring2"}
    assert auto_merge(world) == BOT


def test_nothing_moves_where_auto_merge_cannot_be_switched_off(world: World) -> None:
    assert world.github
    world.github.fail_next(error(403), only="POST /graphql")
    with pytest.raises(ForgeError, match="switch off auto-merge"):
        world.apply(world.tick("prod_ring1"))
    assert proposed(world) == {"at_ring1"}


def test_auto_merge_that_is_on_by_mistake_is_switched_off_by_the_next_run(world: World) -> None:
    world.apply(world.tick("prod_ring1"))
    switch_on(world, BOT)
    with world.opened() as monorepo:
        sync_all(monorepo)
    assert auto_merge(world) == ""


def test_a_rule_that_was_changed_leaves_what_is_open_to_people(world: World) -> None:
    replace(
        world, settings=replace(world.settings, phases=(Phase("at", ("at_ring1", "at_ring2")), *PHASES[1:]))
    ).sync()
    assert auto_merge(world) == ""


def test_a_person_may_let_the_forge_merge_what_they_saw(world: World) -> None:
    world.apply(world.tick("prod_ring1"))
    switch_on(world, "alice")
    world.sync()
    assert auto_merge(world) == "alice"
    world.apply(world.tick("prod_ring2"))
    assert auto_merge(world) == ""


def test_what_is_pushed_by_hand_is_not_merged_by_a_rule(world: World) -> None:
    forge = world.forge("bob")
    commit = forge.commit([world.pull().head], {"README.md": b"mine\n"}, "Mine")
    assert forge.advance_branch(BRANCH, commit)
    assert world.sync().failed
    assert auto_merge(world) == ""


def test_a_rule_and_a_tick_at_the_same_time_leave_production_to_people(world: World) -> None:
    """The rule's job switches auto-merge on between the other's reading and its moving of the branch."""
    assert world.github
    pull_of(world).auto_merge = None
    world.github.call_at(1, lambda: switch_on(world, BOT), only="PATCH */git/refs/heads/*")
    world.apply(world.tick("prod_ring1"))
    assert "prod_ring1" in proposed(world)
    assert auto_merge(world) == ""


def test_auto_merge_is_not_switched_on_for_what_the_pull_request_became(world: World) -> None:
    """The tick's job moves the branch before the rule's job lets GitHub merge."""
    assert world.github
    world.close()
    world.sync()
    plain = world.with_(phases=PHASES)
    assert plain.forge().branch(BRANCH) is None
    pull = world.promote("eso", "at_ring1", "1.1.0").pull_request
    assert pull
    world.apply(world.tick("prod_ring1"))
    assert not world.forge().merge_once_green(pull.number, pull.head)
    assert auto_merge(world) == ""


def test_where_github_does_not_merge_by_itself_that_is_said(plant_hub: Plant) -> None:
    world = plant_hub().with_(phases=PHASES)
    world.open(TAG)
    assert any("merged by a person" in str(notice) for notice in advance(world).notices)
    assert auto_merge(world) == ""
