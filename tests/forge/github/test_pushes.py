"""When GitHub received what a branch has."""

from datetime import UTC, datetime, timedelta

import pytest

from flux.forge.github.pushes import find_tip
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


def test_more_pushes_than_a_page_has(hub: Place, server: GitHub) -> None:
    first = hub.tip
    before = hub.forge.now()
    for _ in range(101):
        server.advance(timedelta(seconds=10))
        commit = hub.commit(f"file{_}")
        assert hub.forge.advance_branch("main", commit)
    last = hub.tip
    assert hub.forge.tip_at("main", before) == first
    assert hub.forge.tip_at("main", hub.forge.now()) == last
    parent = hub.repo.git("rev-parse", f"{last}^")
    assert hub.forge.tip_at("main", hub.forge.now() - 9) == parent
    server.fail_next(faults.error(404), times=9, only="GET */activity")
    assert hub.forge.tip_at("main", before) is None
