"""What a cluster that fails is answered with: it is told, and the way back opens, and closes again."""

from pathlib import Path

import pytest

from flux.promotion.gates.rule import OnFailure
from flux.settings.phases import Phase
from tests.commands.progressing import HOUR, RULED, Progress, followed
from tests.commands.promoted import TAG
from tests.commands.promoting import PHASES as PLAIN
from tests.commands.promoting import World

PROD = ("prod_ring1", "prod_ring2")
GOES_BACK = Phase("prod", PROD, (("after", "at"), ("on_failure", OnFailure.ROLLBACK)), is_ruled=True)


@pytest.fixture
def progress(hub: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Progress:
    """1.1.0 is in production, and the way back from it is opened by rule."""
    found = Progress(followed(hub, phases=(*RULED[:2], GOES_BACK)), tmp_path, monkeypatch)
    found.world.desire(**dict.fromkeys(PROD, "1.1.0"))
    hub.tag()
    return found


def fail(progress: Progress, state: str = "failure", environment: str = PROD[0]) -> None:
    progress.wait(60)
    done = progress.say(environment, "1.1.0", state).advanced
    assert not done.errors, done.errors


@pytest.mark.stories
def test_a_failure_is_told_on_the_issue_though_it_was_closed(progress: Progress) -> None:
    progress.world.open(TAG)
    progress.world.forge().edit_issue(1, open=False)
    fail(progress)
    assert progress.world.issue().open
    told = [text for text in progress.world.comments() if "`prod_ring1` fails with 1.1.0" in text]
    assert len(told) == 1
    for state in ("success", "failure"):
        fail(progress, state)
    assert len([text for text in progress.world.comments() if "fails with" in text]) == 1, "once a day"
    progress.wait(24 * HOUR)
    fail(progress, "success")
    fail(progress)
    assert len([text for text in progress.world.comments() if "fails with" in text]) == 2


@pytest.mark.stories
def test_the_way_back_is_closed_when_what_failed_runs_again(progress: Progress) -> None:
    fail(progress)
    fail(progress, environment=PROD[1])
    assert progress.proposes("1.0.0") == [*PROD]
    number = progress.pulls()["promote/eso-1.0.0"].number
    fail(progress, "success")
    assert progress.proposes("1.0.0") == [*PROD], "the other fails still"
    fail(progress, "success", PROD[1])
    assert "promote/eso-1.0.0" not in progress.pulls()
    (comment,) = progress.world.forge().comments(number)
    assert "runs again" in comment.body
    fail(progress)
    assert progress.proposes("1.0.0") == [PROD[0]], "nobody has refused it"


def test_a_way_back_that_a_person_asks_for_too_is_theirs(progress: Progress) -> None:
    fail(progress)
    progress.world.roll_back("eso", PROD[0])
    fail(progress, "success")
    assert progress.proposes("1.0.0") == [PROD[0]]


@pytest.mark.stories
def test_what_fails_after_it_went_back_goes_no_further_back(progress: Progress) -> None:
    """What is wrong with the cluster would take it down to the first version that there was."""
    progress.world.release("eso", "1.1.1")
    progress.world.desire(prod_ring1="1.1.1")
    progress.world.with_(phases=PLAIN, clusters={}).tag()
    progress.say(PROD[0], "1.1.1", "failure")
    assert progress.proposes("1.1.0") == [PROD[0]]
    progress.world.merge(progress.pulls()["promote/eso-1.1.0"])
    progress.world.tag()
    fail(progress)
    assert progress.states()[PROD[0]] == "failing"
    assert "promote/eso-1.0.0" not in progress.pulls()
