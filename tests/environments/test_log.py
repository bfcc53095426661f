"""How environments got what they have, told from real history and a forge."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from flux.environments.log import Log, Merged, read_log
from flux.forge.forge import PullRequest, PullState
from flux.promotion.ledger import Decision, How
from flux.promotion.proposal import Promotion
from flux.promotion.texts.commits import commit_message
from flux.promotion.timeline import Direction, LogEntry
from tests.commands.promoting import CONFIG, World
from tests.environments.logs import told
from tests.github import faults
from tests.report.showing import COMMIT

OTHER = "0" * 40


def log(world: World) -> Log:
    with world.opened() as monorepo:
        return read_log(monorepo)


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


def test_a_rule_asked(local: World) -> None:
    rule = Decision("octo[bot]", How.RULE, ("prod_ring1",), 5)
    for version, rollback in (("1.1.0", False), ("1.0.0", True)):
        message = commit_message(Promotion("eso", version), ("prod_ring1",), rollback, [rule])
        local.change({CONFIG: json.dumps({"eso": {"prod_ring1": version}})}, message)
    found = log(local).changes
    assert [(one.entry.rule, one.entry.asked) for one in found if one.entry.environment == "prod_ring1"] == [
        ("on_failure", ("octo[bot]",)),
        ("auto", ("octo[bot]",)),
        ("", ()),
    ]


def test_the_forge_tells_who_approved_and_merged_and_when(hub: World) -> None:
    assert hub.github
    hub.promote("eso", "prod", "1.1.0")
    pull = hub.pull()
    hub.github.client(hub.github.token("carol")).get_repo("octo/monorepo").get_pull(
        pull.number
    ).create_review(event="APPROVE")
    hub.github.advance(timedelta(hours=3))
    hub.merge(login="bob")
    (first, _, *_) = log(hub).changes
    assert first.approved == ("carol",)
    assert first.pull
    assert (first.pull.merger, first.time) == ("bob", first.pull.merged)
    hub.github.fail_next(faults.error(403), times=5, only="GET */reviews")
    half = log(hub)
    assert (half.changes[0].pull, half.changes[0].approved) == (replace(first.pull, merger=""), ())
    assert "who approved and merged is not shown for all: " in str(half.notices[0])


@pytest.mark.parametrize(
    ("time", "promotes", "number"),
    [(90, True, 7), (130, True, 7), (300, True, 8), (600, True, None), (90, False, None)],
)
def test_the_pull_request_of_a_rebased_commit(time: int, promotes: bool, number: int | None) -> None:
    """The next one of its branch that was merged."""
    pulls = [
        PullRequest(
            *(at, "", "", "promote/app-1.1.0", OTHER, "main", PullState.MERGED, "ann", ""),
            merge_commit=OTHER,
            merged=merged,
        )
        for at, merged in ((8, 500.0), (7, 100.0), (9, None))
    ]
    entry = LogEntry("app", "prod", None, "1.1.0", Direction.FIRST, COMMIT, time, promotes=promotes)
    assert Merged(pulls).number_of(entry) == number


def test_a_desired_state_that_was_elsewhere(local: World) -> None:
    """The move itself changed nothing."""
    before = told(log(local))
    local.repo.git("mv", CONFIG, "elsewhere.json")
    local.repo.commit("move")
    assert told(log(local.with_(releaseconfig="elsewhere.json"))) == before


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
    assert "pull requests, and who approved and merged, are not shown: " in str(found.notices[0])


def test_an_origin_that_does_not_answer(hub: World) -> None:
    hub.desire(prod_ring1="1.1.0")
    hub.bare.path.rename(hub.bare.path.with_name("elsewhere"))
    found = log(hub)
    assert told(found)[0] == "eso prod_ring1 1.0.0 1.1.0 up"
    assert "only this clone was read" in str(found.notices[0])
