"""What is undone, and why, as data."""

import pytest

from flux.promotion.undoing import Undone, UntickReason
from tests.promotion.plain import assert_plain


@pytest.mark.parametrize("kind", [Undone, UntickReason])
def test_it_is_plain_data(kind: object) -> None:
    assert_plain(kind)
