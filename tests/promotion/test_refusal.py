"""Why somebody may not promote, as data."""

import pytest

from flux.promotion.refusal import PromotionRefusal
from tests.promotion.plain import assert_plain


@pytest.mark.parametrize("kind", [PromotionRefusal])
def test_it_is_plain_data(kind: object) -> None:
    assert_plain(kind)
