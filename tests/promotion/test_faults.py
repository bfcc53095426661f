"""Why a pull request must not be merged, as data."""

import pytest

from flux.promotion.faults import (
    ForeignCommit,
    MayNotAsk,
    NobodyAsked,
    NoPromotion,
    Outlived,
    Removed,
    TakenBack,
    Unapproved,
)
from tests.promotion.plain import assert_plain


@pytest.mark.parametrize(
    "kind", [ForeignCommit, MayNotAsk, NobodyAsked, NoPromotion, Outlived, Removed, TakenBack, Unapproved]
)
def test_it_is_plain_data(kind: object) -> None:
    assert_plain(kind)
