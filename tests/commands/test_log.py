"""How environments got what they have, told from real history and a forge."""

from datetime import timedelta

import pytest

from flux.commands.log import Log, read_log
from flux.errors import RequestError
from tests.commands.helpers import inv
from tests.commands.promoting import CONFIG, World


def log(
    world: World, artifact: str | None = None, environment: str | None = None, since: float | None = None
) -> Log:
    with world.opened() as monorepo:
        return read_log(monorepo, artifact, environment, since)


def told(found: Log) -> list[str]:
    return [
        f"{e.artifact} {e.environment} {e.before} {e.after} {e.direction}"
        for e in (logged.entry for logged in found.changes)
    ]


def test_a_promotion_and_a_rollback(world: World) -> None:
    world.promote("eso", "prod", "1.1.0")
    promoted = world.pull()
    world.merge()
    world.roll_back("eso", "prod_ring1")
    world.merge()
    found = log(world)
    assert told(found) == [
        "eso prod_ring1 1.1.0 1.0.0 rollback",
        "eso prod_ring1 1.0.0 1.1.0 up",
        "eso prod_ring2 1.0.0 1.1.0 up",
        "eso at_ring1 None 1.0.0 first",
        "eso prod_ring1 None 1.0.0 first",
        "eso prod_ring2 None 1.0.0 first",
    ]
    up = found.changes[1]
    assert up.pull
    assert up.pull.number == promoted.number
    assert up.entry.asked == (("alice",) if world.github else ("Test <test@example.com>",))
    assert found.changes[-1].pull is None
    assert up.released is not None


def test_the_forge_tells_who_approved_and_merged_and_when(hub: World) -> None:
    assert hub.github
    hub.promote("eso", "prod", "1.1.0")
    pull = hub.pull()
    hub.github.client(hub.github.token("carol")).get_repo("octo/monorepo").get_pull(
        pull.number
    ).create_review(event="APPROVE")
    hub.github.advance(timedelta(hours=3))
    hub.merge(login="bob")
    (first, _, *_) = log(hub, "eso", "prod").changes
    assert first.approved == ("carol",)
    assert first.pull
    assert (first.pull.merger, first.time) == ("bob", first.pull.merged)


def test_an_artifact_an_environment_and_a_phase(local: World) -> None:
    local.desire("dashboard", prod_ring1="1.0.0")
    assert told(log(local, "dashboard")) == ["dashboard prod_ring1 None 1.0.0 first"]
    assert len(told(log(local, "eso", "prod"))) == 2
    assert told(log(local, None, "at_ring1")) == ["eso at_ring1 None 1.0.0 first"]


def test_what_is_there_no_more(local: World) -> None:
    """An artifact and an environment of former times are in history still."""
    local.desire("older", ring9="0.1.0")
    local.change({CONFIG: "{}\n"}, "all gone")
    assert told(log(local, "older", "ring9")) == [
        "older ring9 0.1.0 None removed",
        "older ring9 None 0.1.0 first",
    ]


def test_a_desired_state_that_was_elsewhere(local: World) -> None:
    """The move itself changed nothing."""
    before = told(log(local))
    local.repo.git("mv", CONFIG, "elsewhere.json")
    local.repo.commit("move")
    assert told(log(local.with_(releaseconfig="elsewhere.json"))) == before


def test_since(local: World) -> None:
    changes = log(local).changes
    assert log(local, since=changes[0].entry.time + 1).changes == []
    assert log(local, since=changes[0].entry.time).changes == changes


@pytest.mark.parametrize(
    ("artifact", "environment", "hint"),
    [
        ("es", None, "did you mean eso"),
        ("eso", "prod_rin1", "did you mean prod_ring1"),
        ("eso", "zz", "shows all"),
        ("prod_ring1", None, "`inv log --environment prod_ring1`"),
        ("prod", None, "`inv log --environment prod`"),
    ],
)
def test_a_name_that_never_was(local: World, artifact: str, environment: str | None, hint: str) -> None:
    with pytest.raises(RequestError) as refused:
        log(local, artifact, environment)
    assert hint in refused.value.hint


def test_a_forge_that_does_not_answer(hub: World) -> None:
    """What git knows is shown all the same."""
    hub.promote("eso", "prod", "1.1.0")
    hub.merge()
    assert hub.github
    hub.github.advance(timedelta(days=1))
    broken = hub.with_()
    broken.token = "not-a-token"
    found = log(broken)
    assert len(found.changes) == 5
    assert "who approved and merged is not shown" in found.notices[0]


def test_an_origin_that_does_not_answer(hub: World) -> None:
    hub.desire(prod_ring1="1.1.0")
    hub.bare.path.rename(hub.bare.path.with_name("elsewhere"))
    found = log(hub)
    assert told(found)[0] == "eso prod_ring1 1.0.0 1.1.0 up"
    assert "only this clone was read" in found.notices[0]


def test_typed(local: World) -> None:
    done = inv(local.repo, "log", "eso", "prod", "list", "--json")
    assert done.code == 0
    done = inv(local.repo, "log", "eso", "prod", "--json")
    assert {change["environment"] for change in done.document["changes"]} == {"prod_ring1", "prod_ring2"}
    refused = inv(local.repo, "log", "--since", "soon")
    assert (refused.code, refused.out) == (2, "")
