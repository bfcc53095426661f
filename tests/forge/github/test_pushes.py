"""When GitHub received what a branch has."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from flux.errors import ForgeError
from flux.forge.forge import Forced
from flux.forge.github.pushes import find_forced, find_tip
from tests.forge.conftest import Place
from tests.github import faults
from tests.github.server import GitHub


def told(*pushes: tuple[int, str, str]) -> list[dict[str, str]]:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        {"timestamp": (start + timedelta(seconds=s)).isoformat(), "before": before, "after": after}
        for s, before, after in pushes
    ]


@pytest.mark.parametrize(("at", "tip"), [(31, "c"), (30, "c"), (29, "b"), (20, "b"), (19, "a"), (0, "a")])
def test_the_tip_at_a_time(at: int, tip: str) -> None:
    time = datetime(2026, 1, 1, tzinfo=UTC).timestamp() + at
    assert find_tip(iter(told((30, "b", "c"), (20, "a", "b"))), time) == tip


def test_before_there_was_a_branch_there_is_no_tip() -> None:
    assert find_tip(iter(told((30, "0" * 40, "a"))), 0) is None
    assert find_tip(iter([]), 0) is None


def push_often(hub: Place, server: GitHub) -> None:
    """Two pushes, between which main went back and forth: more than one page tells."""
    for name in ("file1", "file2"):
        server.advance(timedelta(seconds=10))
        assert hub.forge.advance_branch("main", hub.commit(name))
    activities = server.repository("octo/monorepo").activities
    one, two = activities[-2:]
    back = replace(one, before=one.after, after=one.before, kind="force_push")
    activities[-1:] = [replace(again, id=two.id + n) for n, again in enumerate([back, one] * 50)]
    activities.append(replace(two, id=two.id + 100))


def test_more_pushes_than_a_page_has(hub: Place, server: GitHub) -> None:
    first = hub.tip
    before = hub.forge.now()
    push_often(hub, server)
    last = hub.tip
    assert hub.forge.tip_at("main", before) == first
    assert hub.forge.tip_at("main", hub.forge.now()) == last
    parent = hub.repo.git("rev-parse", f"{last}^")
    assert hub.forge.tip_at("main", hub.forge.now() - 9) == parent
    server.fail_next(faults.error(404), times=9, only="GET */activity")
    assert hub.forge.tip_at("main", hub.forge.now()) is None


def test_what_was_told_once_is_not_asked_for_again(hub: Place, server: GitHub) -> None:
    server.advance(timedelta(seconds=10))
    assert hub.forge.advance_branch("main", hub.commit("one"))
    server.advance(timedelta(seconds=10))
    early, tip = hub.forge.now() - 5, hub.tip
    assert hub.forge.tip_at("main", early) == tip
    asked = len(server.requests)
    assert hub.forge.tip_at("main", early - 3) == tip
    assert hub.forge.tip_at("main", early - 20) != tip
    assert len(server.requests) == asked
    server.advance(timedelta(seconds=10))
    assert hub.forge.advance_branch("main", hub.commit("two"))
    assert hub.forge.tip_at("main", early) == tip
    assert hub.forge.tip_at("main", hub.forge.now()) == hub.tip != tip


def test_half_of_a_list_tells_nothing(hub: Place, server: GitHub) -> None:
    first, before = hub.tip, hub.forge.now()
    push_often(hub, server)
    server.fail_next(faults.error(400), at=2, only="GET */activity")
    with pytest.raises(ForgeError):
        hub.forge.tip_at("main", before)
    assert hub.forge.tip_at("main", before) == first


def test_where_a_branch_was_forced_from_since_it_was_made() -> None:
    kinds = ["push", "force_push", "push", "force_push", "branch_creation", "branch_deletion", "force_push"]
    activities = [{"activity_type": kind, "before": str(number)} for number, kind in enumerate(kinds)]
    assert find_forced(activities) == Forced(("1", "3"), ("6",))


def test_a_branch_that_was_forced(hub: Place, server: GitHub) -> None:
    first = hub.start("topic")
    assert hub.forge.advance_branch("topic", hub.commit("other", onto=first))
    assert hub.forge.forced_from("topic") == Forced()
    left = hub.repo.git("rev-parse", "topic")
    hub.repo.git("update-ref", "refs/heads/topic", first)
    server.pushed("bob")
    assert hub.forge.forced_from("topic") == Forced((left,))
    assert hub.forge.forced_from("main") == Forced()
    server.fail_next(faults.error(404), times=9, only="GET */activity")
    assert hub.forge.forced_from("topic") == Forced()


def test_what_is_behind_more_pushes_than_are_read_is_not_known(
    hub: Place, server: GitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = hub.forge.now()
    push_often(hub, server)
    monkeypatch.setattr("flux.forge.github.pushes._MOST_PAGES", 1)
    assert hub.forge.tip_at("main", hub.forge.now()) == hub.tip
    assert hub.forge.tip_at("main", before) is None
    assert not hub.forge.forced_from("main").is_all
