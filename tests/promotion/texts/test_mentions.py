"""How texts name people."""

from flux.promotion.texts import mentions
from tests.promotion.texts.snapshots import assert_said

SAID = {
    "mention": [
        (mentions.mention("alice"), "@alice"),
        (mentions.mention("Alice Smith"), "Alice Smith"),
    ],
}


def test_the_whole_of_it() -> None:
    assert_said(mentions, SAID)
