"""The next step of a promotion's branch, for each state that it can be in."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.errors import DesiredStateError
from flux.promotion.convergence import BranchState, BranchStep, Side, StepKind, Wish, next_step
from flux.promotion.desired import Desired
from flux.promotion.ledger import Decision, How, read_decisions
from flux.promotion.proposal import Promotion
from flux.promotion.texts.commits import is_rollback, read_message

ORDER = ("at", "tt", "prod")
PROMOTION = Promotion("eso", "2.0.0")
OLD = {"at": "1.0.0", "tt": "1.0.0", "prod": "1.0.0"}


def parse(content: bytes) -> Desired:
    try:
        found: dict[str, dict[str, str]] = json.loads(content)
    except ValueError as error:
        raise DesiredStateError("no JSON") from error
    return found


def side(commit: str, versions: Mapping[str, str]) -> Side:
    content = json.dumps({"eso": versions}, indent=2).encode()
    return Side(commit, content, parse(content))


def theirs(base: bytes, ours: bytes, main: bytes) -> bytes | None:
    """A merge of files of which only one side changed, or both the same."""
    if base in (ours, main) or ours == main:
        return main if base == ours else ours
    return None


def step(
    main: Mapping[str, str], branch: BranchState | None, wish: Wish, merge: object = theirs
) -> BranchStep:
    return next_step(PROMOTION, side("m", main), branch, wish, ORDER, parse, merge)  # type: ignore[arg-type]


def asks(*environments: str, how: How = How.TICK, time: int = 1) -> Decision:
    return Decision("bob", how, environments, time, 1)


def wish(add: Iterable[str] = (), remove: Iterable[str] = (), *, rollback: bool = False) -> Wish:
    both = (tuple(sorted(add)), How.TICK), (tuple(sorted(remove)), How.UNTICK)
    return Wish([asks(*names, how=how) for names, how in both if names], (), rollback)


def branch(
    head: Mapping[str, str],
    base: Mapping[str, str] = OLD,
    *,
    is_over: bool = False,
    is_foreign: bool = False,
    is_rollback: bool = False,
) -> BranchState:
    return BranchState(side("b", base), side("h", head), is_over, is_foreign, is_rollback)


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        (branch(OLD, is_over=True), StepKind.END),
        (branch(OLD, is_over=True, is_foreign=True), StepKind.END),
        (branch(OLD, is_foreign=True), StepKind.STOP),
        (branch(OLD), StepKind.CLOSE),
        (branch({**OLD, "at": "2.0.0"}, is_foreign=True), StepKind.STOP),
        (None, StepKind.NOTHING),
    ],
)
def test_nothing_is_proposed(state: BranchState | None, kind: StepKind) -> None:
    decided = step(OLD, state, Wish())
    assert (decided.kind, decided.parents, decided.content, decided.message) == (kind, (), b"", "")


def test_a_branch_is_created_from_main() -> None:
    decided = step(OLD, None, wish(add=["at"]))
    assert (decided.kind, decided.parents, decided.rollback) == (StepKind.CREATE, ("m",), False)
    assert parse(decided.content) == {"eso": {**OLD, "at": "2.0.0"}}
    assert read_message(decided.message) == PROMOTION
    assert read_decisions(decided.message) == [asks("at")]


def test_what_is_new_is_recorded_and_nothing_else() -> None:
    started = replace(branch({**OLD, "tt": "2.0.0"}), decisions=(asks("tt"),))
    new = asks("at", how=How.NAME)
    decided = step(OLD, started, Wish([asks("tt"), new, new]))
    assert decided.proposal.versions == {"at": "2.0.0", "tt": "2.0.0"}
    assert read_decisions(decided.message) == [new]


def test_what_no_commit_can_record_is_told() -> None:
    """Before the branch goes, or where there is none that an untick could be recorded on."""
    there = replace(branch({**OLD, "at": "2.0.0"}), decisions=(asks("at"),))
    untick = asks("at", how=How.UNTICK, time=2)
    closed = step(OLD, there, Wish([untick]))
    assert (closed.kind, closed.unwritten) == (StepKind.CLOSE, [untick])
    early = step(OLD, None, Wish([untick]))
    assert (early.kind, early.unwritten) == (StepKind.NOTHING, [untick])
    late = step(OLD, None, Wish([asks("at")], [untick]))
    assert (late.kind, late.unwritten) == (StepKind.NOTHING, [])
    assert step({**OLD, "at": "2.0.0"}, None, Wish([untick])).unwritten == []


def test_a_command_that_is_run_again_has_nothing_new_to_tell() -> None:
    first = asks("at", how=How.NAME)
    created = step(OLD, None, Wish([first]))
    head = Side("h", created.content, parse(created.content))
    there = BranchState(side("b", OLD), head, False, False, False, (first,))
    again = step(OLD, there, Wish([asks("at", how=How.NAME, time=2)]))
    assert (again.kind, again.unwritten) == (StepKind.KEEP, [])
    other = replace(asks("at", how=How.NAME, time=2), who="alice")
    assert step(OLD, there, Wish([other])).unwritten == [other]
    ticked = asks("at", time=2)
    assert step(OLD, there, Wish([ticked])).unwritten == [ticked]


def test_an_untick_that_was_recorded_elsewhere_counts_though_its_run_was_killed() -> None:
    there = replace(branch({**OLD, "at": "2.0.0"}), decisions=(asks("at"),))
    assert step(OLD, there, Wish((), [asks("at", how=How.UNTICK, time=2)])).kind == StepKind.CLOSE
    assert step(OLD, there, Wish((), [asks("at", how=How.UNTICK, time=0)])).kind != StepKind.CLOSE


def test_a_branch_that_has_what_is_wanted_is_kept() -> None:
    first = step(OLD, None, wish(add=["at"]))
    there = BranchState(side("b", OLD), Side("h", first.content, parse(first.content)), False, False, False)
    decided = step(OLD, there, wish(add=["at"]))
    assert decided.kind == StepKind.KEEP
    assert step(OLD, there, Wish()).kind == StepKind.KEEP


def test_a_branch_advances() -> None:
    decided = step(OLD, branch({**OLD, "at": "2.0.0"}), wish(add=["tt"]))
    assert (decided.kind, decided.parents) == (StepKind.ADVANCE, ("h",))
    assert parse(decided.content) == {"eso": {**OLD, "at": "2.0.0", "tt": "2.0.0"}}


def test_what_is_taken_away_last_closes_it() -> None:
    both = branch({**OLD, "at": "2.0.0", "tt": "2.0.0"})
    fewer = step(OLD, both, wish(remove=["tt"]))
    assert (fewer.kind, fewer.proposal.versions) == (StepKind.ADVANCE, {"at": "2.0.0"})
    assert step(OLD, both, wish(remove=["at", "tt"])).kind == StepKind.CLOSE


def test_main_is_merged_where_git_would_not() -> None:
    main = {**OLD, "prod": "1.5.0"}
    held = branch({**OLD, "at": "2.0.0"})
    decided = step(main, held, Wish(), lambda base, ours, theirs: None)
    assert (decided.kind, decided.parents) == (StepKind.ADVANCE, ("m", "h"))
    assert parse(decided.content) == {"eso": {**main, "at": "2.0.0"}}


def test_a_merge_of_main_records_what_was_decided_before_and_now() -> None:
    held = replace(branch({**OLD, "at": "2.0.0"}), decisions=[asks("at")])
    decided = step({**OLD, "prod": "1.5.0"}, held, wish(["tt"]), lambda base, ours, theirs: None)
    assert decided.parents == ("m", "h")
    assert decided.decisions == [asks("at"), asks("tt")]


def test_a_merge_that_would_say_something_else_is_none() -> None:
    main = {**OLD, "prod": "1.5.0"}
    held = branch({**OLD, "at": "2.0.0"})
    for wrong in (json.dumps({"eso": OLD}).encode(), b"<<<<<<<"):
        decided = step(main, held, Wish(), lambda base, ours, theirs, wrong=wrong: wrong)
        assert decided.parents == ("m", "h")


def test_a_rollback_stays_one() -> None:
    began = step(OLD, None, wish(["at"], rollback=True))
    assert began.rollback
    assert is_rollback(began.message)
    later = step(OLD, branch({**OLD, "at": "2.0.0"}, is_rollback=True), wish(add=["tt"]))
    assert later.rollback
    assert is_rollback(later.message)


def test_an_environment_that_main_has_changed_is_dropped() -> None:
    main = {**OLD, "at": "3.0.0"}
    decided = step(main, branch({**OLD, "at": "2.0.0", "tt": "2.0.0"}), Wish())
    assert decided.proposal.versions == {"tt": "2.0.0"}
    assert decided.proposal.dropped == {"at": "3.0.0"}


VERSIONS = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(["1.0.0", "2.0.0", "3.0.0"]) for name in ORDER}
)
NAMES = st.sets(st.sampled_from(ORDER))


@given(main=VERSIONS, base=VERSIONS, held=NAMES, add=NAMES, remove=NAMES)
def test_one_step_is_enough(
    main: dict[str, str], base: dict[str, str], held: set[str], add: set[str], remove: set[str]
) -> None:
    """What a step has made needs no other: decided again, the branch is kept."""
    there = branch({**base, **dict.fromkeys(held, "2.0.0")}, base)
    decided = step(main, there, wish(add - remove, remove))
    if decided.kind not in (StepKind.ADVANCE, StepKind.CREATE, StepKind.KEEP):
        assert decided.kind == StepKind.CLOSE
        assert not decided.proposal.changes
        return
    left = side("m", main) if decided.parents[0] == "m" else there.base
    head = Side("n", decided.content, parse(decided.content))
    again = step(main, BranchState(left, head, False, False, False), wish(add - remove, remove))
    assert again.kind == StepKind.KEEP
    assert again.proposal.versions == decided.proposal.versions
