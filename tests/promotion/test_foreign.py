"""Why an issue does not count, as data."""

import pytest

from flux.promotion.foreign import Disagreement, NotOurs
from tests.promotion.plain import assert_plain


@pytest.mark.parametrize("kind", [Disagreement, NotOurs])
def test_it_is_plain_data(kind: object) -> None:
    assert_plain(kind)
