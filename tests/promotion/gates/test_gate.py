"""The one rule: each gate at its borders, and what passes none of them."""

from hypothesis import given
from hypothesis import strategies as st

from flux.promotion.gates.freeze import Freeze
from flux.promotion.gates.gate import GateVerdict, judge
from flux.promotion.gates.reason import Gate
from flux.promotion.gates.rule import Rule
from flux.promotion.gates.state import GateState
from flux.promotion.gates.window import read_window
from flux.promotion.texts.gates import reasons
from flux.promotion.texts.times import shown_time
from tests.promotion.gates.courses import HOUR, course, moved, said

AT = {"at1": [("1.0.0", 0.0)], "at2": [("1.0.0", 100.0)]}


def gates(verdict: GateVerdict) -> list[Gate]:
    return [reason.gate for reason in verdict.reasons]


def test_a_plain_phase_has_no_gate() -> None:
    plain = course(at=Rule(), tt=Rule(), prod=Rule())
    failing = moved(AT, reports=[said("at1", "1.0.0", 50, "failure")])
    for environment in ("at1", "tt1", "prod2"):
        assert judge("9.0.0", environment, plain, GateState(), 0) == GateVerdict()
        assert judge("1.0.0", environment, plain, failing, 60) == GateVerdict()


def test_the_order() -> None:
    verdict = judge("1.0.0", "tt1", course(), moved({"at1": [("1.0.0", 0)]}), 1e6)
    assert gates(verdict) == [Gate.ORDER]
    assert reasons(verdict) == "at2 does not have 1.0.0 yet"
    assert verdict.until is None


def test_a_soak_that_is_exactly_reached() -> None:
    state = moved(AT)
    early = judge("1.0.0", "tt1", course(), state, 100 + HOUR - 0.001)
    assert gates(early) == [Gate.SOAK]
    assert early.until == 100 + HOUR
    assert judge("1.0.0", "tt1", course(), state, early.until).allowed
    both = judge("1.0.0", "tt1", course(), state, HOUR - 1)
    ends = ("1970-01-01 01:00 UTC", "1970-01-01 01:02 UTC")
    assert reasons(both) == "; ".join(
        f"at{at} has to run 1.0.0 for 1h, until {end}" for at, end in enumerate(ends, 1)
    )
    assert both.until == 100 + HOUR


def test_a_soak_counts_from_the_acknowledgement() -> None:
    state = moved(AT, reports=[said("at1", "1.0.0", 500), said("at2", "1.0.0", 700)])
    assert judge("1.0.0", "tt1", course(), state, 700 + HOUR - 1).until == 700 + HOUR
    assert judge("1.0.0", "tt1", course(), state, 700 + HOUR).allowed


def test_a_failure_starts_it_anew_and_stops_it_meanwhile() -> None:
    reports = [said("at1", "1.0.0", 10), said("at2", "1.0.0", 110), said("at1", "1.0.0", 1000, "failure")]
    failing = judge("1.0.0", "tt1", course(), moved(AT, reports=reports), 5000)
    assert gates(failing) == [Gate.FAILURE]
    assert failing.until is None
    assert reasons(failing).startswith("at1 fails with 1.0.0: eso in eu: reconciliation failure")
    again = moved(AT, reports=[*reports, said("at1", "1.0.0", 2000)])
    assert judge("1.0.0", "tt1", course(), again, 5000).until == 2000 + HOUR
    assert judge("1.0.0", "tt1", course(), again, 2000 + HOUR).allowed


def test_a_failing_cluster_stops_every_later_phase() -> None:
    """Also where the phase itself asks for nothing but the order."""
    moves = {**AT, "tt1": [("1.0.0", 200.0)]}
    state = moved(moves, reports=[said("at1", "1.0.0", 300, "failure")])
    rules = course(prod=Rule("tt"))
    assert gates(judge("1.0.0", "prod1", rules, state, 1e6)) == [Gate.FAILURE]
    other = moved({**moves, "at1": [("1.0.0", 0.0), ("1.0.1", 400.0)]}, reports=state.reports)
    assert not judge("1.0.0", "prod1", rules, other, 1e6).allowed


def test_what_was_rolled_back_from_waits_before_every_later_phase() -> None:
    """Also a pull request that was green before."""
    went = {"at1": [("1.0.0", 0.0), ("0.9.0", 2 * HOUR)], "at2": [("1.0.0", 0.0)]}
    verdict = judge("1.0.0", "tt1", course(), moved(went), 1e6)
    assert gates(verdict) == [Gate.ROLLBACK]
    assert reasons(verdict) == "at1 was rolled back from 1.0.0"
    assert verdict.until is None
    assert judge("1.0.0", "tt1", course(tt=Rule()), moved(went), 1e6).allowed, "without a rule there is none"


def test_health_asks_for_an_acknowledgement() -> None:
    rules = course(tt=Rule("at", healthy=True))
    silent = judge("1.0.0", "tt1", rules, moved(AT), 1e9)
    assert gates(silent) == [Gate.HEALTH, Gate.HEALTH]
    assert reasons(silent) == "no cluster has ever reported in at1; no cluster has ever reported in at2"
    one = moved(AT, reports=[said("at1", "1.0.0", 50), said("at2", "0.9.0", 60)])
    assert (
        reasons(judge("1.0.0", "tt1", rules, one, 1e9)) == "at2 does not run 1.0.0 yet: waits for eso in eu"
    )
    both = moved(AT, reports=[said("at1", "1.0.0", 50), said("at2", "1.0.0", 160)])
    assert judge("1.0.0", "tt1", rules, both, 160).allowed


def test_a_version_that_came_back_never_counts_for_a_soak() -> None:
    moves = {"at1": [("1.0.0", 0.0), ("0.9.0", 20.0), ("1.0.0", 30.0)], "at2": [("1.0.0", 100.0)]}
    state = moved(moves, reports=[said("at1", "1.0.0", 10), said("at2", "1.0.0", 110)])
    verdict = judge("1.0.0", "tt1", course(), state, 1e9)
    assert gates(verdict) == [Gate.SOAK]  # of the first time that it was there
    assert verdict.until is None


def test_a_soak_that_was_completed_stays_so() -> None:
    moves = {"at1": [("1.0.0", 0.0), ("1.0.1", 2 * HOUR)], "at2": [("1.0.0", 0.0)]}
    assert judge("1.0.0", "tt1", course(), moved(moves), 3 * HOUR).allowed
    short = {**moves, "at1": [("1.0.0", 0.0), ("1.0.1", HOUR - 1)]}
    verdict = judge("1.0.0", "tt1", course(), moved(short), 3 * HOUR)
    assert gates(verdict) == [Gate.SOAK]
    assert verdict.until is None


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


_TIMES = st.integers(0, 10_000)


@given(
    st.lists(_TIMES, min_size=2, max_size=2),
    st.lists(
        st.tuples(st.sampled_from(["at1", "at2"]), _TIMES, st.sampled_from(["success", "failure"])),
        max_size=6,
    ),
    st.integers(0, 4000),
    st.integers(0, 20_000),
)
def test_nothing_goes_on_before_each_ring_ran_it_long_enough(
    moves: list[int], told: list[tuple[str, int, str]], soak: int, now: int
) -> None:
    """By a slow look at every second: nobody failed since, and somebody said that it runs."""
    starts = {"at1": moves[0], "at2": moves[1]}
    state = moved(
        {environment: [("1.0.0", float(time))] for environment, time in starts.items() if time <= now},
        reports=[said(environment, "1.0.0", time, word) for environment, time, word in told if time <= now],
    )
    rules = course(tt=Rule("at", soak=soak, healthy=True))
    verdict = judge("1.0.0", "tt1", rules, state, now)
    if verdict.allowed:
        for environment, start in starts.items():
            own = sorted(
                (time, at, word)
                for at, (e, time, word) in enumerate(told)
                if e == environment and time <= now
            )
            assert own
            assert own[-1][2] == "success"
            failures = [time for time, _, word in own if word == "failure"]
            successes = [time for time, _, word in own if word == "success"]
            assert start <= now - soak
            assert min(successes) <= now - soak
            assert all(time <= now - soak for time in failures)
    elif verdict.until is not None:
        assert verdict.until > now
        assert judge("1.0.0", "tt1", rules, state, verdict.until).allowed
