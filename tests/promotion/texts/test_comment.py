"""The comment that says how a promotion stands."""

import pytest

from flux.promotion.gates.freeze import Freeze
from flux.promotion.gates.gate import GateVerdict
from flux.promotion.gates.reason import Behind, Soaks, UnderFreeze
from flux.promotion.proposal import Promotion
from flux.promotion.texts.comment import EnvironmentRow, is_reached, standing_comment
from flux.promotion.texts.request import MOST_CHARACTERS

PROMOTION = Promotion("eso", "1.1.0")
BEHIND = GateVerdict((Behind("tt", "1.1.0"),))


def test_the_whole_of_it() -> None:
    standings = [
        EnvironmentRow("at_ring1", "1.1.0", True),
        EnvironmentRow("at_ring2", "1.1.0", False),
        EnvironmentRow("tt", "1.0.0", True, "https://x/pull/4"),
        EnvironmentRow("prod_ring1", "1.2.0", True),
        EnvironmentRow("prod_ring2", None, False, "https://x/pull/5"),
        EnvironmentRow("prod_ring3", None, False),
        EnvironmentRow("prod_ring4", "1.0.0", True),
        EnvironmentRow("prod_ring5", "1.0.0", False),
    ]
    assert (
        standing_comment(PROMOTION, standings, "registry/eso:1.1.0", ["Said.", "More."])
        == """\
Published as `registry/eso:1.1.0`.

| Environment | Now |
| --- | --- |
| `at_ring1` | ✅ deployed |
| `at_ring2` | merged; its tag follows with `inv tag` |
| `tt` | proposed in https://x/pull/4, from 1.0.0 |
| `prod_ring1` | 1.2.0, which has replaced it |
| `prod_ring2` | proposed in https://x/pull/5, new |
| `prod_ring3` | none |
| `prod_ring4` | 1.0.0 |
| `prod_ring5` | 1.0.0, and its tag does not have that now |

Said.

More."""
    )


def test_why_a_version_has_to_wait() -> None:
    standings = [
        EnvironmentRow("at", "1.1.0", False, waits=GateVerdict((UnderFreeze(Freeze("*all*", "ann")),))),
        EnvironmentRow(
            "tt",
            "1.0.0",
            True,
            "https://x/pull/4",
            waits=GateVerdict((Soaks("at", "1.1.0", 7200, 60, None),)),
        ),
        EnvironmentRow("prod", "1.0.0", True, waits=BEHIND),
        EnvironmentRow("prod2", None, False, waits=BEHIND),
    ]
    said = standing_comment(PROMOTION, standings, "", [])
    rows = [
        line.split(" | ", 1)[1].removesuffix(" |") for line in said.splitlines() if line.startswith("| `")
    ]
    assert rows == [
        "merged; its tag has to wait: everything is frozen by ann: \\*all\\*",
        "proposed in https://x/pull/4, from 1.0.0; has to wait: at ran 1.1.0 for 1m of 2h",
        "1.0.0; 1.1.0 has to wait: tt does not have 1.1.0 yet",
        "none; 1.1.0 has to wait: tt does not have 1.1.0 yet",
    ]


def test_the_comment_has_room_for_any_number_of_environments() -> None:
    many = [EnvironmentRow(f"{'e' * 100}{n}", "1.0.0", False) for n in range(5000)]
    text = standing_comment(PROMOTION, many, "", ["x" * 70_000])
    assert len(text) <= MOST_CHARACTERS
    assert "and 4800 more" in text
    assert "not published yet" in text


@pytest.mark.parametrize(
    ("desired", "reached"), [(None, False), ("1.0.9", False), ("1.1.0", True), ("2.0.0-a", True)]
)
def test_reached(desired: str | None, reached: bool) -> None:
    assert is_reached(PROMOTION, desired) == reached
