"""Missing issues are opened, and lost ticks are taken back."""

from datetime import timedelta

from flux.monorepo.work import Work
from flux.proposals.due_issues import apply_due_issues, open_due_issues
from tests.commands.promoted import TAG
from tests.commands.promoting import World


def opened(world: World) -> Work:
    done = Work()
    with world.opened() as monorepo:
        open_due_issues(monorepo, monorepo.tip, done)
    return done


def applied(world: World) -> Work:
    done = Work()
    with world.opened() as monorepo:
        apply_due_issues(monorepo, done)
    return done


def test_the_issue_of_a_new_release_is_opened_once(hub: World) -> None:
    assert opened(hub).repaired == [f"{TAG}: opened issue 1"]
    assert opened(hub).repaired == []
    assert hub.issues() == [1]


def test_no_issue_is_opened_for_an_old_release(hub: World) -> None:
    assert hub.github
    hub.github.advance(timedelta(days=-8))
    hub.release("eso", "1.2.0")
    hub.github.advance(timedelta(days=8))
    assert opened(hub).repaired == []
    assert hub.issues() == []


def test_a_tick_that_main_was_forced_back_from_is_undone(hub: World) -> None:
    assert hub.github
    hub.github.advance(timedelta(hours=-2))
    hub.open(TAG)
    hub.apply(hub.tick("tt"))
    hub.merge()
    hub.github.advance(timedelta(hours=2))
    hub.bare.git("update-ref", "refs/heads/main", "main~1")
    assert "issue 1: tt: the tick was lost; tick it again if you still want it" in applied(hub).repaired
    assert applied(hub).repaired == []


def test_a_tick_in_a_local_file_is_applied(local: World) -> None:
    local.open(TAG)
    local.tick("tt")
    assert applied(local).repaired == ["issue 1: opened promote/eso-1.1.0"]
    assert applied(local).repaired == []
    assert local.proposed()["eso"]["tt"] == "1.1.0"
