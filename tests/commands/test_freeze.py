"""A freeze: a file by pull request, which stops pull requests and tags, but for who says why not."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from flux.commands.freeze import freeze
from flux.commands.promote import promote
from flux.commands.unfreeze import unfreeze
from flux.errors import RequestError
from flux.promotion.plan import Action
from flux.proposals.propose_freezes import Frozen
from tests.commands.progressing import HOUR, Progress
from tests.commands.promoting import World


def frozen(
    world: World, reason: str = "holidays", phase: str | None = "prod", until: str | None = None
) -> Frozen:
    with world.opened(login="alice") as monorepo:
        done = freeze(monorepo, reason, phase, until)
    if done.pull_request:
        world.merge(done.pull_request)
    return done


def test_a_freeze_stops_pull_requests_and_tags(world: World) -> None:
    frozen(world)
    with pytest.raises(RequestError, match=r"prod is frozen by .*: holidays"):
        world.promote("eso", "prod_ring1", "1.1.0")
    world.desire(prod_ring1="1.1.0", at_ring1="1.1.0")
    steps = {step.environment: step for step in world.tag().steps}
    assert steps["prod_ring1"].action == Action.HELD
    assert steps["at_ring1"].action == Action.MOVED
    assert "holidays" in str(steps["prod_ring1"].error)
    with world.opened(login="alice") as monorepo:
        done = unfreeze(monorepo, "prod")
    assert done.pull_request
    world.merge(done.pull_request)
    assert {step.environment: step.action for step in world.tag().steps}["prod_ring1"] == Action.MOVED


def test_who_may_promote_goes_past_it_for_a_reason(world: World) -> None:
    frozen(world, phase=None)
    with world.opened(login="alice") as monorepo:
        promote(monorepo, "eso", "prod_ring1", "1.1.0", "the fix of the incident")
    assert "the fix of the incident" in world.pull().body
    world.merge()
    steps = {step.environment: step.action for step in world.tag().steps}
    assert steps["prod_ring1"] == Action.MOVED


def test_a_freeze_ends_by_itself(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frozen(world, until="2h")
    progress = Progress(world, tmp_path, monkeypatch)
    with pytest.raises(RequestError, match="frozen"):
        world.promote("eso", "prod_ring1", "1.1.0")
    progress.wait(2 * HOUR + 5)
    assert world.promote("eso", "prod_ring1", "1.1.0").pull_request


def test_the_same_freeze_is_there_already(local: World) -> None:
    assert frozen(local).pull_request
    again = frozen(local)
    assert again.pull_request is None
    assert [each.reason for each in again.freezes] == ["holidays"]
    assert [each.reason for each in frozen(local, "another").freezes] == ["another"]
    assert len(frozen(local, "all of it", None).freezes) == 2
    with local.opened() as monorepo:
        assert unfreeze(monorepo, None).freezes == ()


def test_a_second_freeze_before_the_first_is_merged_joins_it(world: World) -> None:
    with world.opened(login="alice") as monorepo:
        freeze(monorepo, "one", "prod", None)
    with world.opened(login="bob") as monorepo:
        second = freeze(monorepo, "two", "at", None)
        again = freeze(monorepo, "two", "at", None)
    assert again.pull_request
    assert [pull.title for pull in world.pulls()] == ["Freeze at: two; Freeze prod: one"]
    assert [(each.phase, each.reason) for each in second.freezes] == [("prod", "one"), ("at", "two")]
    world.merge()
    assert world.tag()
    with pytest.raises(RequestError, match=r"prod is frozen by .*: one"):
        world.promote("eso", "prod_ring1", "1.1.0")
    with pytest.raises(RequestError, match=r"at is frozen by .*: two"):
        world.promote("eso", "at_ring1", "1.1.0")


def test_of_one_phase_the_last_freeze_counts(world: World) -> None:
    with world.opened(login="alice") as monorepo:
        freeze(monorepo, "one", "prod", None)
        freeze(monorepo, "two", "prod", None)
    assert [pull.title for pull in world.pulls()] == ["Freeze prod: two"]


def test_what_somebody_pushes_who_may_not_joins_nothing(hub: World) -> None:
    """The title of the pull request would not say it."""
    frozen(hub, phase="prod")
    world = hub.with_(promoters={"prod": ("alice",)})
    forge = hub.forge("bob")
    tip = hub.bare.git("rev-parse", "main")
    old = forge.branch("freeze/change")
    assert old
    assert forge.delete_branch("freeze/change", old)
    commit = forge.commit([tip], {"flux/freezes.json": b'{"freezes": []}\n'}, "mine")
    assert forge.create_branch("freeze/change", commit)
    forge.create_pull_request("Mine", "", "freeze/change", "main")
    with world.opened(login="alice") as monorepo:
        assert [each.phase for each in freeze(monorepo, "two", "at", None).freezes] == ["prod", "at"]


@pytest.mark.parametrize(
    ("reason", "phase", "until", "fault"),
    [
        (" ", None, None, "a freeze needs a reason"),
        ("x" * 301, None, None, "a freeze needs a reason"),
        ("a\x1bb", None, None, "a freeze needs a reason"),
        ("x", "live", None, "there is no phase 'live'"),
        ("x", None, "someday", "'someday' is not a time"),
        ("x", None, "2001-01-01", "2001-01-01 is in the past"),
        ("x", None, "5", "'5' is not a time"),
    ],
)
def test_what_cannot_be_frozen(
    local: World, reason: str, phase: str | None, until: str | None, fault: str
) -> None:
    with pytest.raises(RequestError, match=fault):
        frozen(local, reason, phase, until)
    with local.opened() as monorepo, pytest.raises(RequestError, match="no phase is frozen"):
        unfreeze(monorepo, None)


def test_a_moment_has_a_time_zone_or_is_utc(local: World) -> None:
    until = frozen(local, until="2999-12-24T18:00+01:00").freezes[0].until
    assert until == datetime(2999, 12, 24, 17, tzinfo=UTC).timestamp()
