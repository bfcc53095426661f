"""What a run says besides what it undid, as data."""

import pytest

from flux.promotion.remarks import HeldEdit, Remark
from tests.promotion.plain import assert_plain


@pytest.mark.parametrize("kind", [HeldEdit, Remark])
def test_it_is_plain_data(kind: object) -> None:
    assert_plain(kind)
