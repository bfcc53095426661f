"""The rules in force, and the forecast."""

from pathlib import Path

import pytest

from flux.environments.outlook import Outlook, find_rules
from flux.promotion.gates.reason import Behind, PhaseRolledBack
from tests.commands.progressing import HOUR, Progress, followed
from tests.commands.promoting import World


@pytest.fixture
def progress(local: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Progress:
    found = Progress(followed(local), tmp_path, monkeypatch)
    every = ("at_ring1", "at_ring2", "tt", "prod_ring1", "prod_ring2")
    found.world.desire(**dict.fromkeys(every, "1.1.0"))
    found.world.with_(phases=local.settings.phases).tag()
    return found


def outlook(progress: Progress) -> dict[str, Outlook]:
    with progress.world.opened() as monorepo:
        (ruled,) = find_rules(monorepo, "eso").artifacts
    return {each.environment: each for each in ruled.outlook}


def test_nothing_is_on_its_way(progress: Progress) -> None:
    assert all(each.version is None for each in outlook(progress).values())
    with progress.world.opened() as monorepo:
        found = find_rules(monorepo, None)
    assert found.artifacts == []
    assert found.rules["tt"].soak == 2 * HOUR


def test_what_would_happen_and_when(progress: Progress) -> None:
    progress.world.release("eso", "1.1.1")
    found = outlook(progress)
    assert (found["at_ring1"].version, found["at_ring1"].by_rule) == ("1.1.1", True)
    assert found["at_ring1"].verdict.allowed
    assert found["tt"].verdict.reasons[0] == Behind("at_ring1", "1.1.1")
    assert not found["prod_ring1"].by_rule
    progress.world.reconcile()
    progress.deploy()
    began = progress.now
    for environment in ("at_ring1", "at_ring2"):
        progress.say(environment, "1.1.1")
    when = outlook(progress)["tt"].verdict.until
    assert when
    assert abs(when - began - 2 * HOUR) < 30
    progress.wait(2 * HOUR + 30)
    assert outlook(progress)["tt"].verdict.allowed


def test_what_no_rule_takes_any_more(progress: Progress) -> None:
    progress.world.release("eso", "1.1.1")
    progress.world.reconcile()
    progress.deploy()
    progress.world.roll_back("eso", "at")
    progress.deploy()
    found = outlook(progress)["at_ring1"]
    assert found.stopped == PhaseRolledBack("at", "1.1.1")
    assert not found.by_rule
