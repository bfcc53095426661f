"""The texts of the pull request that freezes and unfreezes."""

import pytest

from flux.promotion.gates.freeze import Freeze
from flux.promotion.texts.freeze import FREEZE_BODY, freeze_title

ALL = Freeze("holidays", "alice")
PROD = Freeze("audit", "bob", "prod")
TT = Freeze("x" * 300, "bob", "tt")


@pytest.mark.parametrize(
    ("there", "freezes", "expected"),
    [
        ([], [ALL], "Freeze every phase: holidays"),
        ([ALL], [ALL, PROD], "Freeze prod: audit"),
        ([], [ALL, PROD], "Freeze prod: audit; Freeze every phase: holidays"),
        ([ALL, PROD], [ALL], "Unfreeze prod"),
        ([ALL, PROD], [PROD], "Unfreeze every phase"),
        ([PROD, TT], [], "Unfreeze prod, tt"),
        ([PROD], [ALL], "Freeze every phase: holidays; Unfreeze prod"),
        ([], [TT], f"Freeze tt: {'x' * 189}"),
    ],
)
def test_the_title(there: list[Freeze], freezes: list[Freeze], expected: str) -> None:
    assert freeze_title(there, freezes) == expected


def test_the_body() -> None:
    said = "While a freeze stands, no pull request is opened and no tag moves in what it names."
    assert said == FREEZE_BODY
