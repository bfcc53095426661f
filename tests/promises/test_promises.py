"""Whatever people and workflows do, in whatever order, and wherever a command dies: the promises hold.

FLUX_TESTS_STORIES is how many stories are made up for each forge, FLUX_TESTS_STEPS how long each may be.
"""

import os
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import Phase as Stage
from hypothesis.stateful import run_state_machine_as_test as run

from flux.forge.github.retry import GitHubRetry
from flux.forge.local import accounts
from flux.monorepo import due_releases
from flux.promotion.gates.rule import Auto, Merge
from tests.commands.promoting import PHASES, World
from tests.promises.ground import Clock
from tests.promises.story import Story

pytestmark = pytest.mark.stories


BUDGET = settings(
    max_examples=int(os.environ.get("FLUX_TESTS_STORIES", "12")),
    stateful_step_count=int(os.environ.get("FLUX_TESTS_STEPS", "25")),
    suppress_health_check=list(HealthCheck),
)


# To make a story shorter takes too long.
_SHORT = (Stage.explicit, Stage.reuse, Stage.generate)


@pytest.fixture
def clock(world: World, monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(world)
    for module in (accounts, due_releases):
        monkeypatch.setattr(module, "time", SimpleNamespace(time=clock.time))
    monkeypatch.setattr(GitHubRetry, "sleep", lambda *_: None)
    return clock


def test_the_promises_hold_where_a_rule_lets_github_merge(hub: World, tmp_path: Path) -> None:
    assert hub.github
    hub.github.repository("octo/monorepo").checks["main"] = {"check": None}
    given = (("auto", Auto.MINOR), ("merge", Merge.AUTO))
    ruled = hub.with_(phases=(replace(PHASES[0], given=given, is_ruled=True), *PHASES[1:]))
    begin, clock = ruled.snapshot(tmp_path / "snapshot"), Clock(ruled)

    class Here(Story):
        def __init__(self) -> None:
            super().__init__(ruled, clock, begin)

    run(Here, settings=settings(BUDGET, max_examples=max(2, BUDGET.max_examples // 3), phases=_SHORT))


def test_the_promises_hold(world: World, clock: Clock, tmp_path: Path) -> None:
    begin = world.snapshot(tmp_path / "snapshot")

    class Here(Story):
        def __init__(self) -> None:
            super().__init__(world, clock, begin)

    run(Here, settings=BUDGET)
