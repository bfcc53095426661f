"""The one rule: each gate at its borders, and what passes none of them."""

from flux.promotion.gates.freeze import Freeze
from flux.promotion.gates.gate import GateVerdict, judge
from flux.promotion.gates.reason import Gate
from flux.promotion.gates.rule import Rule
from flux.promotion.gates.state import GateState
from flux.promotion.gates.window import read_window
from flux.promotion.texts.gates import reasons
from flux.promotion.texts.times import shown_time
from tests.promotion.gates.courses import AT, HOUR, course, gates, moved, said


def test_a_plain_phase_has_no_gate() -> None:
    plain = course(at=Rule(), tt=Rule(), prod=Rule())
    failing = moved(AT, reports=[said("at1", "1.0.0", 50, "failure")])
    for environment in ("at1", "tt1", "prod2"):
        assert judge("9.0.0", environment, plain, GateState(), 0) == GateVerdict()
        assert judge("1.0.0", environment, plain, failing, 60) == GateVerdict()


def test_windows() -> None:
    rules = course(at=Rule(windows=(read_window("Mon 08:00-15:00 Europe/Oslo"),)))
    thursday = 0.0  # 1970-01-01
    verdict = judge("1.0.0", "at1", rules, GateState(), thursday)
    assert gates(verdict) == [Gate.WINDOW]
    assert verdict.until == 4 * 86_400 + 7 * HOUR
    assert shown_time(verdict.until) == "1970-01-05 07:00 UTC"
    assert judge("1.0.0", "at1", rules, GateState(), verdict.until).allowed
    assert not judge("1.0.0", "at1", rules, GateState(), verdict.until + 7 * HOUR).allowed


def test_a_soak_that_ends_outside_of_a_window_waits_for_it() -> None:
    window = read_window("00:00-01:00")
    rules = course(tt=Rule("at", soak=3600, windows=(window,)))
    verdict = judge("1.0.0", "tt1", rules, moved(AT), 2000)
    assert gates(verdict) == [Gate.SOAK, Gate.SOAK]
    assert verdict.until == 86_400


def test_a_freeze_stops_all_that_it_names() -> None:
    state = moved(AT, freezes=[Freeze("holidays", "alice", "prod", until=500)])
    plain = course(at=Rule(), prod=Rule())
    verdict = judge("1.0.0", "prod1", plain, state, 499)
    assert gates(verdict) == [Gate.FREEZE]
    assert reasons(verdict) == "prod is frozen by alice: holidays"
    assert verdict.until == 500
    assert judge("1.0.0", "prod1", plain, state, 500).allowed
    assert judge("2.0.0", "at1", plain, state, 499).allowed
    everything = moved(AT, freezes=[Freeze("incident", "bob")])
    assert reasons(judge("0.9.0", "at1", plain, everything, 0)) == "everything is frozen by bob: incident"


def test_a_lower_version_waits_for_nothing_but_a_freeze() -> None:
    rules = course(prod=Rule("tt", soak=86_400, healthy=True, windows=(read_window("Sun 03:00-04:00"),)))
    state = moved({"prod1": [("0.9.0", 0), ("1.0.0", 10)]})
    assert judge("0.9.0", "prod1", rules, state, 1000).allowed
    # Also once main has it, and the tag has yet to follow.
    rolled = GateState({"prod1": "0.9.0"}, stays=state.stays)
    assert judge("0.9.0", "prod1", rules, rolled, 1000).allowed
    assert not judge("1.1.0", "prod1", rules, state, 1000).allowed


def test_what_is_there_already_stays() -> None:
    state = moved({"prod1": [("1.0.0", 10)]})
    assert judge("1.0.0", "prod1", course(), state, 11).allowed
    merged_early = GateState({"prod1": "1.0.0"})
    assert not judge("1.0.0", "prod1", course(), merged_early, 11).allowed
