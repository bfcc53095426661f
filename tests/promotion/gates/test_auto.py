"""What rules promote by themselves, and what they never do."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.promotion.clusters.health import ClusterReport
from flux.promotion.gates.auto import Next, due, hold, soaks
from flux.promotion.gates.freeze import Freeze
from flux.promotion.gates.gate import judge
from flux.promotion.gates.rule import Auto, Rule
from flux.promotion.gates.state import GateState, Wanted, is_higher
from tests.promotion.gates.courses import GROUPS, HOUR, course, moved, said

ALL = ("1.0.0", "1.0.1", "1.0.2", "1.1.0", "2.0.0", "2.1.0-rc.1")
DONE = {environment: [("1.0.0", 0.0)] for group in GROUPS.values() for environment in group}


def test_the_newest_version_that_a_rule_takes() -> None:
    assert due(ALL, course(), moved(DONE), HOUR) == [Next("at", "1.1.0", ("at1", "at2"))]
    patches = course(at=Rule(auto=Auto.PATCH))
    assert due(ALL, patches, moved(DONE), HOUR) == [Next("at", "1.0.2", ("at1", "at2"))]
    every = course(at=Rule(auto=Auto.PRERELEASE))
    assert due(ALL, every, moved(DONE), HOUR) == [Next("at", "2.1.0-rc.1", ("at1", "at2"))]
    assert due(ALL, course(at=Rule()), moved(DONE), HOUR) == []


def test_a_first_version_is_a_step_from_nothing() -> None:
    assert due(["1.0.0"], course(), GateState(), 0) == []
    assert due(["0.1.0"], course(), GateState(), 0) == [Next("at", "0.1.0", ("at1", "at2"))]
    assert due(["1.0.0"], course(at=Rule(auto=Auto.MAJOR)), GateState(), 0)[0].version == "1.0.0"


def test_the_next_phase_once_it_soaked() -> None:
    state = moved({**DONE, "at1": [("1.0.1", 10.0)], "at2": [("1.0.1", 20.0)]})
    assert due(["1.0.0", "1.0.1"], course(), state, 20 + HOUR - 1) == []
    assert due(["1.0.0", "1.0.1"], course(), state, 20 + HOUR) == [Next("tt", "1.0.1", ("tt1",))]


def test_a_newer_release_does_not_starve_an_older_one_that_soaks() -> None:
    state = moved({**DONE, "at1": [("1.0.1", 10.0)], "at2": [("1.0.1", 10.0)]})
    releases = ["1.0.0", "1.0.1", "1.0.2"]
    assert due(releases, course(), state, 10 + HOUR / 2) == []
    assert due(releases, course(), state, 10 + HOUR) == [
        Next("at", "1.0.2", ("at1", "at2")),
        Next("tt", "1.0.1", ("tt1",)),
    ]
    failed = replace(state, reports=[said("at1", "1.0.1", 20, "failure"), said("at2", "1.0.1", 20)])
    assert due(releases, course(), failed, 10 + HOUR / 2) == [Next("at", "1.0.2", ("at1", "at2"))]


def test_what_nobody_waits_for_is_replaced() -> None:
    ahead = moved({**DONE, "at1": [("1.0.1", 10.0)], "at2": [("1.0.1", 10.0)], "tt1": [("1.0.1", 10.0)]})
    assert not soaks("at1", course(), ahead, 20)
    assert soaks("tt1", course(), ahead, 20)


def test_never_past_a_failing_cluster() -> None:
    moves = {**DONE, "at1": [("1.0.1", 0.0)], "at2": [("1.0.1", 0.0)]}
    state = moved(moves, reports=[said("at1", "1.0.1", 5), said("at2", "1.0.1", 5, "failure")])
    assert due(["1.0.1"], course(tt=Rule("at", auto=Auto.PATCH)), state, 1e6) == []
    half = moved({**DONE, "at1": [("1.0.1", 0.0)]}, reports=[said("at1", "1.0.1", 5, "failure")])
    assert due(["1.0.1"], course(), half, 1e6) == []


def test_a_rollback_holds_until_a_newer_version() -> None:
    moves = {**DONE, "at1": [("1.0.0", 0.0), ("1.0.2", 10.0), ("1.0.0", 20.0)]}
    state = moved(moves)
    assert hold(GROUPS["at"], state) == "1.0.2"
    assert due(["1.0.0", "1.0.1", "1.0.2"], course(), state, 1e6) == []
    assert due([*ALL[:3], "1.0.3"], course(), state, 1e6) == [Next("at", "1.0.3", ("at1", "at2"))]


def test_a_person_ends_a_hold() -> None:
    went = [Wanted("1.0.0", 0), Wanted("1.0.2", 10), Wanted("1.0.0", 20), Wanted("1.0.2", 30)]
    assert hold(["at1"], GateState(wanted={"at1": went[:3]})) == "1.0.2"
    assert hold(["at1"], GateState(wanted={"at1": went})) is None
    assert hold(["at1"], GateState(wanted={"at1": [*went[:3], Wanted("1.0.1", 30)]})) == "1.0.2"
    assert hold(["at1"], GateState(wanted={"at1": [*went[:2], Wanted(None, 30)]})) == "1.0.2"


def test_freezes_and_windows_hold_for_rules_too() -> None:
    frozen = moved(DONE, freezes=[Freeze("x", "alice", "at")])
    assert due(ALL, course(), frozen, 0) == []


@pytest.mark.parametrize("version", ["0.9.0", "1.0.0"])
def test_never_a_downgrade_nor_what_is_there(version: str) -> None:
    assert due([version], course(at=Rule(auto=Auto.PRERELEASE)), moved(DONE), 1e6) == []


_VERSIONS = st.sampled_from(["1.0.0", "1.0.1", "1.0.2", "1.1.0"])
_MOVES = st.lists(st.tuples(_VERSIONS, st.integers(0, 5000)), min_size=1, max_size=4)
_STATES = st.fixed_dictionaries({name: _MOVES for group in GROUPS.values() for name in group})
_REPORTS = st.lists(
    st.builds(
        said,
        st.sampled_from(["at1", "at2", "tt1", "prod1"]),
        _VERSIONS,
        st.integers(0, 6000),
        st.sampled_from(["success", "failure"]),
    ),
    max_size=6,
)


@given(_STATES, _REPORTS, st.integers(5000, 200_000))
def test_what_is_due_passes_every_gate(
    moves: dict[str, list[tuple[str, int]]], reports: list[ClusterReport], now: int
) -> None:
    ordered = {name: sorted(each, key=lambda one: one[1]) for name, each in moves.items()}
    state = moved(ordered, reports=[report for report in reports if report.time <= now])
    for each in due(["1.0.0", "1.0.1", "1.0.2", "1.1.0"], course(), state, now):
        for environment in each.environments:
            assert judge(each.version, environment, course(), state, now).allowed
            assert is_higher(each.version, state.versions[environment])
            held = hold(GROUPS[each.phase], state)
            assert held is None or is_higher(each.version, held)
            assert not any(state.fails(other, each.version, now) for other in course().up_to(each.phase))


def test_a_newer_release_does_not_starve_one_whose_clusters_have_yet_to_speak() -> None:
    """Each of many releases would else replace the one before it, and none would ever run long enough."""
    healthy = course(tt=Rule("at", healthy=True, auto=Auto.PATCH))
    moves = {**DONE, "at1": [("1.0.0", 0.0), ("1.0.1", 10.0)], "at2": [("1.0.0", 0.0), ("1.0.1", 10.0)]}
    for rules in (healthy, course()):
        state = moved(moves, reports=[said("at1", "1.0.0", 5), said("at2", "1.0.0", 5)])
        assert due(["1.0.1", "1.0.2"], rules, state, 10 + HOUR - 1) == []
        silent = due(["1.0.1", "1.0.2"], rules, state, 10 + HOUR)
        assert silent == [Next("at", "1.0.2", ("at1", "at2"))], "clusters that stay silent block nobody"
    spoken = moved(moves, reports=[said("at1", "1.0.1", 20), said("at2", "1.0.1", 20)])
    assert due(["1.0.1", "1.0.2"], healthy, spoken, 21) == [
        Next("at", "1.0.2", ("at1", "at2")),
        Next("tt", "1.0.1", ("tt1",)),
    ]


def test_what_was_rolled_back_from_goes_to_no_later_phase() -> None:
    """However long it had run before."""
    went = [("1.0.0", 0.0), ("1.0.1", 10.0), ("1.0.0", 10 + 2 * HOUR)]
    state = moved({**DONE, "at1": went, "at2": went[:2]})
    assert due(["1.0.0", "1.0.1"], course(), state, 1e6) == []
    back = moved({**DONE, "at1": [*went, ("1.0.1", 20 + 2 * HOUR)], "at2": went[:2]})
    assert due(["1.0.0", "1.0.1"], course(), back, 1e6) == [Next("tt", "1.0.1", ("tt1",))]
    newer = moved({**DONE, "at1": [*went[:2], ("1.0.2", 10 + 2 * HOUR)], "at2": went[:2]})
    assert due(["1.0.0", "1.0.1"], course(), newer, 1e6) == [Next("tt", "1.0.1", ("tt1",))]
