"""How texts name moments."""

from flux.promotion.texts import times
from tests.promotion.texts.snapshots import assert_said

SAID = {
    "shown_time": [
        (times.shown_time(0), "1970-01-01 00:00 UTC"),
        (times.shown_time(119.9), "1970-01-01 00:01 UTC"),
    ],
    "ends": [
        (times.ends(60), "1970-01-01 00:01 UTC"),
        (times.ends(60.1), "1970-01-01 00:02 UTC"),
    ],
}


def test_the_whole_of_it() -> None:
    assert_said(times, SAID)
