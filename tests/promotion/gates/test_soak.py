"""How long a version has to run in the phase before, and what its clusters say."""

from hypothesis import given
from hypothesis import strategies as st

from flux.promotion.gates.gate import judge
from flux.promotion.gates.reason import Gate
from flux.promotion.gates.rule import Rule
from flux.promotion.gates.soak import Ran, longest_run
from flux.promotion.texts.gates import reasons
from tests.promotion.gates.courses import AT, HOUR, course, gates, moved, said

_TIMES = st.integers(0, 10_000)


def test_the_longest_run_counts() -> None:
    state = moved({"at1": [("1.0.0", 0), ("1.1.0", 50), ("1.0.0", 60)]})
    assert longest_run("at1", "1.0.0", state, 70, healthy=False) == Ran(0, 50)
    assert longest_run("at1", "1.0.0", state, 200, healthy=False) == Ran(60, 200)
    assert longest_run("at1", "1.1.0", state, 200, healthy=False) == Ran(50, 60)
    assert longest_run("at1", "2.0.0", state, 200, healthy=False) is None
    assert longest_run("at1", "1.0.0", state, 200, healthy=True) is None


def test_it_counts_from_the_acknowledgement_where_clusters_report() -> None:
    state = moved({"at1": [("1.0.0", 0)]}, reports=[said("at1", "1.0.0", 30)])
    assert longest_run("at1", "1.0.0", state, 20, healthy=False) is None
    assert longest_run("at1", "1.0.0", state, 40, healthy=True) == Ran(30, 40)


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
