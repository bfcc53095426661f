"""What a rule proposes again, and what somebody has refused."""

from pathlib import Path

import pytest

from flux.promotion.gates.rule import OnFailure
from flux.settings.phases import Phase
from tests.commands.progressing import HOUR, RULED, Progress, followed
from tests.commands.promoting import World

AT, TT, PROD = ("at_ring1", "at_ring2"), ("tt",), ("prod_ring1", "prod_ring2")
GOES_BACK = Phase("prod", PROD, (("after", "at"), ("on_failure", OnFailure.ROLLBACK)), is_ruled=True)


@pytest.fixture
def progress(hub: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Progress:
    """1.1.0 is in the first two phases, and a rule proposes 1.1.1 for the first."""
    found = Progress(followed(hub, phases=(*RULED[:2], GOES_BACK)), tmp_path, monkeypatch)
    found.world.desire(**dict.fromkeys((*AT, *TT), "1.1.0"))
    hub.tag()
    found.world.release("eso", "1.1.1")
    found.world.reconcile()
    assert found.proposes("1.1.1") == [*AT]
    return found


def test_what_came_to_main_otherwise_goes_on(progress: Progress) -> None:
    """Its pull request is closed, and nobody has refused it."""
    progress.world.desire(**dict.fromkeys(AT, "1.1.1"))
    progress.world.tag()
    progress.world.reconcile()
    assert progress.pulls() == {}
    for environment in AT:
        progress.say(environment, "1.1.1")
    progress.wait(2 * HOUR + 60)
    progress.world.reconcile()
    assert progress.proposes("1.1.1") == [*TT]


def test_what_somebody_closed_in_part_is_not_proposed_again(progress: Progress) -> None:
    progress.world.close()
    progress.world.desire(at_ring1="1.1.1")
    progress.world.tag()
    progress.world.reconcile()
    assert progress.pulls() == {}


def test_who_refused_a_version_once_has_not_refused_the_way_back_to_it(
    hub: World, progress: Progress
) -> None:
    progress.world.desire(**dict.fromkeys(PROD, "1.1.0"))
    progress.world.desire(prod_ring2="1.1.1")
    hub.tag()
    progress.world.desire(prod_ring1="1.0.0")
    progress.world.promote("eso", "prod_ring1", "1.1.0")
    progress.world.close(progress.pulls()["promote/eso-1.1.0"])
    progress.say("prod_ring2", "1.1.1", "failure")
    assert progress.proposes("1.1.0") == ["prod_ring2"]
    progress.world.close(progress.pulls()["promote/eso-1.1.0"])
    progress.world.reconcile()
    assert progress.proposes("1.1.0") == [], "of this one somebody did not want the way back"
