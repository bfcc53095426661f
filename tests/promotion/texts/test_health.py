"""What clusters report."""

from flux.promotion.clusters.health import Failure, Health, Running, Silence, TagBehind
from flux.promotion.texts import health
from tests.promotion.texts.snapshots import assert_said


def waiting(cause: Silence | TagBehind) -> Health:
    return Health(Running.WAITING, 60, cause)


SAID = {
    "message": [
        (health.message(Health(Running.RUNNING, 60)), ""),
        (health.message(Health(Running.FAILING, 60, Failure(("eso", "eu")))), "eso in eu"),
        (
            health.message(Health(Running.FAILING, 60, Failure(("eso", "eu"), "build failed"))),
            "eso in eu: build failed",
        ),
        (health.message(waiting(Silence((("eso", "eu"),), ("us",)))), "waits for eso in eu, us"),
        (health.message(waiting(Silence())), "waits for its clusters"),
        (health.message(waiting(TagBehind())), "its tag has not moved yet"),
    ],
}


def test_the_whole_of_it() -> None:
    assert_said(health, SAID)
