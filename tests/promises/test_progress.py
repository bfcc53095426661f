"""Versions that go on by rule: through the phases, past nothing that fails, and never back again."""

from pathlib import Path

import pytest

from flux.commands.promote import promote
from flux.errors import RequestError
from flux.promotion.gates.rule import Auto, Merge, OnFailure
from flux.promotion.plan import Action
from flux.proposals.advance import Advance
from flux.proposals.gate_check import RULES_CHECK
from flux.settings.phases import Phase
from tests.commands.progressing import HOUR, RULED, Progress, followed
from tests.commands.promoting import World

pytestmark = pytest.mark.stories  # of days; each part is tested in tests/proposals and tests/promotion

AT, TT, PROD = ("at_ring1", "at_ring2"), ("tt",), ("prod_ring1", "prod_ring2")


@pytest.fixture
def progress(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Progress:
    """1.0.0 is everywhere, but for the first ring, 1.1.0 is a minor above it."""
    found = Progress(followed(world), tmp_path, monkeypatch)
    found.world.desire(**dict.fromkeys((*AT, *TT, *PROD), "1.1.0"))
    found.world.with_(phases=world.settings.phases).tag()
    found.world.release("eso", "1.1.1")
    return found


def reconcile(progress: Progress) -> None:
    done = progress.world.reconcile()
    assert not done.errors, done.errors


def test_a_patch_goes_through_the_phases_by_itself(progress: Progress) -> None:
    reconcile(progress)
    assert progress.proposes("1.1.1") == [*AT]
    before = progress.world.bare.git("rev-parse", "promote/eso-1.1.1")
    reconcile(progress)
    assert progress.world.bare.git("rev-parse", "promote/eso-1.1.1") == before
    progress.deploy()
    for environment in AT:
        progress.say(environment, "1.1.1")
    assert progress.pulls() == {}
    progress.wait(2 * HOUR - 60)
    reconcile(progress)
    assert progress.pulls() == {}
    progress.wait(120)
    reconcile(progress)
    assert progress.proposes("1.1.1") == [*TT]
    progress.deploy()
    progress.wait(48 * HOUR)
    reconcile(progress)
    assert progress.pulls() == {}, "prod never goes by itself"


def test_a_failing_ring_stops_the_next_phase(progress: Progress) -> None:
    reconcile(progress)
    progress.deploy()
    progress.say("at_ring1", "1.1.1")
    progress.wait(1)
    progress.say("at_ring2", "1.1.1", "failure")
    progress.wait(100 * HOUR)
    reconcile(progress)
    assert progress.pulls() == {}
    if progress.world.github:
        assert "failing" in progress.world.comments()[0]
    progress.say("at_ring2", "1.1.1")
    progress.wait(2 * HOUR + 1)
    reconcile(progress)
    assert progress.proposes("1.1.1") == [*TT]


def test_a_rollback_holds(progress: Progress) -> None:
    reconcile(progress)
    progress.deploy()
    progress.world.roll_back("eso", "at")
    progress.deploy()
    progress.wait(10 * HOUR)
    reconcile(progress)
    assert progress.pulls() == {}
    progress.world.release("eso", "1.1.2")
    reconcile(progress)
    assert progress.proposes("1.1.2") == [*AT]


def test_what_somebody_closed_stays_closed(progress: Progress) -> None:
    reconcile(progress)
    progress.world.close()
    reconcile(progress)
    reconcile(progress)
    assert progress.pulls() == {}
    progress.world.promote("eso", "at", "1.1.1")
    assert progress.proposes("1.1.1") == [*AT]


def test_a_newer_release_does_not_starve_one_that_soaks(progress: Progress) -> None:
    reconcile(progress)
    progress.deploy()
    for environment in AT:
        progress.say(environment, "1.1.1")
    progress.wait(HOUR)
    progress.world.release("eso", "1.1.2")
    reconcile(progress)
    assert progress.pulls() == {}
    progress.wait(HOUR + 60)
    reconcile(progress)
    assert progress.proposes("1.1.1") == [*TT]
    assert progress.proposes("1.1.2") == [*AT]


def test_a_person_may_come_early_and_the_check_stays_red(progress: Progress) -> None:
    proposed = progress.world.promote("eso", "tt", "1.1.1")
    assert proposed.pull_request
    assert progress.proposes("1.1.1") == [*TT]
    head = progress.world.bare.git("rev-parse", "promote/eso-1.1.1")
    (status,) = (each for each in progress.world.forge().statuses(head) if each.context == RULES_CHECK)
    assert status.state == "failure"
    assert "at_ring1 does not have 1.1.1 yet" in status.description
    assert "has to wait" in progress.world.pull().body
    progress.world.merge()
    held = progress.world.tag()
    assert [step.action for step in held.steps if step.environment == "tt"] == [Action.HELD]
    assert held.failed
    assert not progress.world.reconcile().errors
    assert progress.world.tags()["tt"] != progress.world.tags()["1.1.1"]


def test_who_may_promote_may_override(progress: Progress) -> None:
    with progress.world.opened(login="alice") as monorepo:
        promote(monorepo, "eso", "tt", "1.1.1", "an incident; it burns")
    pull = progress.world.pull()
    assert "overrode the rules for `tt`: an incident, it burns" in pull.body
    head = progress.world.bare.git("rev-parse", pull.branch)
    (status,) = (each for each in progress.world.forge().statuses(head) if each.context == RULES_CHECK)
    assert status.state == "success"
    progress.deploy()
    assert progress.world.tags()["tt"] == progress.world.tags()["1.1.1"]


def test_an_override_of_a_pull_request_that_is_there(progress: Progress) -> None:
    progress.world.promote("eso", "tt", "1.1.1")
    for reason in ("", " ", "a\nb" * 200):
        with progress.world.opened(login="alice") as monorepo, pytest.raises(RequestError, match="reason"):
            promote(monorepo, "eso", "tt", "1.1.1", reason)
    with progress.world.opened(login="alice") as monorepo:
        promote(monorepo, "eso", "tt", "1.1.1", "it burns")
    assert "overrode" in progress.world.pull().body
    progress.deploy()


def test_all_phases_at_once_go_one_after_the_other(progress: Progress) -> None:
    """What has to wait is left for later, and taken up again."""
    if not progress.world.github:
        return
    reconcile(progress)
    number = progress.world.issues()[-1]
    event = progress.world.tick("tt", number=number)
    progress.world.apply(event, number=number)
    assert progress.proposes("1.1.1") == [*AT]
    progress.deploy()
    for environment in AT:
        progress.say(environment, "1.1.1")
    progress.wait(2 * HOUR + 60)
    reconcile(progress)
    assert progress.proposes("1.1.1") == [*TT]
    assert "bob" in progress.world.pull().body


def test_on_failure_the_way_back_is_opened(progress: Progress) -> None:
    at = Phase("at", AT, (("auto", Auto.MINOR), ("on_failure", OnFailure.ROLLBACK)), is_ruled=True)
    progress.world = progress.world.with_(phases=(at, *RULED[1:]))
    reconcile(progress)
    progress.deploy()
    progress.say("at_ring1", "1.1.1", "failure")
    assert progress.proposes("1.1.0") == ["at_ring1"]
    assert "rollback" in progress.pulls()["promote/eso-1.1.0"].body
    progress.deploy()
    reconcile(progress)
    assert progress.pulls() == {}


def test_nothing_goes_twice_where_two_reconcile(progress: Progress) -> None:
    reconcile(progress)
    with progress.world.opened() as one, progress.world.opened() as two:
        first, second = Advance(one), Advance(two)
        names = first.in_motion(), second.in_motion()
        done = [first.advance(names[0]), second.advance(names[1])]
    assert not any(each.errors for each in done)
    assert len(progress.world.pulls()) == 1
    assert len(progress.world.pulls(None)) == len({p.number for p in progress.world.pulls(None)})


def test_what_is_at_rest_is_not_asked_about(progress: Progress) -> None:
    reconcile(progress)
    progress.deploy()
    never = (("auto", Auto.NEVER),)
    progress.world = progress.world.with_(rules={"eso": {"at": never, "tt": never}})
    for moving in (["eso"], []):
        with progress.world.opened() as monorepo:
            assert Advance(monorepo).in_motion() == moving
        for number in progress.world.issues():
            progress.world.forge().edit_issue(number, open=False)


def test_what_a_forge_cannot_merge_by_itself_is_told(progress: Progress) -> None:
    if progress.world.github:
        return  # GraphQL is tried in tests/forge/github
    at = Phase("at", AT, (("auto", Auto.MINOR), ("merge", Merge.AUTO)), is_ruled=True)
    progress.world = progress.world.with_(phases=(at, *RULED[1:]))
    done = progress.world.reconcile()
    assert any("has to be merged by a person" in str(notice) for notice in done.notices)
    assert not any("merged by a person" in str(notice) for notice in progress.world.reconcile().notices)


def test_what_had_to_wait_goes_on_without_what_was_rolled_back_meanwhile(world: World) -> None:
    after = Phase("prod", PROD, (("after", "at"), ("soak", HOUR)), is_ruled=True)
    world = world.with_(phases=(Phase("at", AT), Phase("tt", TT), after))
    world.open("flux-oci-eso-v1.1.0")
    world.apply(world.tick("at", "prod_ring1"))
    world.merge()
    world.tag()
    world.roll_back("eso", "at_ring1")
    world.merge(world.pulls()[-1])
    world.tag()
    world.reconcile()
    world.reconcile()
    proposed, has = world.proposed()["eso"], world.desired["eso"]
    assert {name for name, version in proposed.items() if has.get(name) != version} == {"prod_ring1"}
