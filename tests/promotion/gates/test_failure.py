"""What fails or was rolled back goes no further."""

from flux.promotion.gates.gate import judge
from flux.promotion.gates.reason import Gate
from flux.promotion.gates.rule import Rule
from flux.promotion.texts.gates import reasons
from tests.promotion.gates.courses import AT, HOUR, course, gates, moved, said


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
