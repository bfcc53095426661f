"""A version goes to a phase after the phase before."""

from flux.promotion.gates.gate import judge
from flux.promotion.gates.reason import Gate
from flux.promotion.texts.gates import reasons
from tests.promotion.gates.courses import course, gates, moved


def test_the_order() -> None:
    verdict = judge("1.0.0", "tt1", course(), moved({"at1": [("1.0.0", 0)]}), 1e6)
    assert gates(verdict) == [Gate.ORDER]
    assert reasons(verdict) == "at2 does not have 1.0.0 yet"
    assert verdict.until is None
