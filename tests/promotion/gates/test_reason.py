"""Why a version may not go there, as data."""

from typing import get_args

from flux.promotion.gates.freeze import Freeze
from flux.promotion.gates.reason import Behind, Gate, OutsideWindow, Reason, Soaks, UnderFreeze
from tests.promotion.plain import assert_plain


def test_it_is_plain_data_of_one_gate_each() -> None:
    assert_plain(Reason)
    assert {kind.gate for kind in get_args(Reason)} == {*Gate}


def test_when_it_may_change() -> None:
    assert Behind("at", "1.0.0").until is None
    assert UnderFreeze(Freeze("holidays", "ann", until=500)).until == 500
    assert Soaks("at", "1.0.0", 60, 1, 59).until == 59
    assert OutsideWindow((), None).until is None
