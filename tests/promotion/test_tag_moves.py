"""What became of each tag over several rounds."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from flux.errors import RegistryError, TagElsewhereError
from flux.promotion.plan import Action, Step
from flux.promotion.tag_moves import Moves, is_elsewhere

FIRST = Step("app", "at", "1.0.0", "sha256:0", "sha256:1", Action.MOVED)
ELSEWHERE = FIRST.failed(TagElsewhereError("it is elsewhere"))


def play(*rounds: tuple[list[Step], bool]) -> Moves:
    """Rounds of steps that were done and found so; each may begin again after it."""
    moves = Moves()
    for steps, begins_again in rounds:
        moves.acted(steps)
        moves.seen(steps)
        if begins_again:
            moves.begin_again()
    return moves


def test_one_round_is_what_it_was() -> None:
    same = Step("app", "tt", "1.0.0", "sha256:1", "sha256:1", Action.UNCHANGED)
    missing = Step("app", "prod", "9.9.9", None, None, Action.MISSING)
    moves = play(([FIRST, same, missing], False))
    assert (moves.superseded(), moves.final()) == ([], [FIRST, same, missing])


def test_what_moved_twice_is_told_from_where_it_was() -> None:
    second = replace(FIRST, version="2.0.0", old="sha256:1", new="sha256:2")
    moves = play(([FIRST], True), ([second], False))
    assert (moves.superseded(), moves.final()) == ([], [replace(second, old="sha256:0")])


def test_what_moved_before_and_is_right_now_was_moved() -> None:
    moves = play(([FIRST], True), ([replace(FIRST, old="sha256:1", action=Action.UNCHANGED)], False))
    assert (moves.superseded(), moves.final()) == ([], [FIRST])


def test_what_moved_for_a_state_that_is_gone_is_told_apart() -> None:
    other = Step("db", "at", "1.0.0", None, "sha256:9", Action.MOVED)
    moves = play(([FIRST], True), ([other], False))
    assert (moves.superseded(), moves.final()) == ([FIRST], [other])


def test_what_moved_before_and_fails_now_is_told_with_both() -> None:
    failed = Step("app", "at", "2.0.0", "sha256:1", None, Action.MISSING)
    moves = play(([FIRST], True), ([failed], False))
    assert (moves.superseded(), moves.final()) == ([FIRST], [failed])


def test_what_did_not_stay_is_one_failure() -> None:
    moves = Moves()
    moves.acted([FIRST])
    moves.seen([ELSEWHERE])
    moves.begin_again()
    moves.acted([FIRST])
    moves.seen([ELSEWHERE])
    assert (moves.superseded(), moves.final()) == ([], [ELSEWHERE])


def test_only_what_was_moved_can_be_elsewhere() -> None:
    assert is_elsewhere(ELSEWHERE)
    assert not is_elsewhere(FIRST)
    assert not is_elsewhere(FIRST.failed(RegistryError("it broke off")))


_STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from(["app", "db"]),
        st.sampled_from(["at", "tt"]),
        st.sampled_from(["1.0.0", "2.0.0"]),
        st.sampled_from([None, "sha256:1", "sha256:2"]),
        st.sampled_from(["sha256:1", "sha256:2"]),
        st.sampled_from([Action.UNCHANGED, Action.MOVED, Action.FAILED, Action.LEFT]),
    ),
    unique_by=lambda step: step.key,
)


@given(st.lists(st.tuples(_STEPS, st.booleans()), max_size=4), _STEPS)
def test_every_move_is_told_from_where_its_tag_was_first(
    earlier: list[tuple[list[Step], bool]], last: list[Step]
) -> None:
    moves = play(*earlier, (last, False))
    told = {step.key: step for step in [*moves.final(), *moves.superseded()]}
    first: dict[tuple[str, str], str | None] = {}
    began = 0
    for number, (steps, begins_again) in enumerate(earlier, 1):
        began = number if begins_again else began
        for step in steps:
            if step.action == Action.MOVED:
                first.setdefault(step.key, step.old)
    for step in last:
        if step.action == Action.MOVED:
            first.setdefault(step.key, step.old)
    for key, old in first.items():
        assert told[key].old == old
    assert {step.key for step in last} <= told.keys()
