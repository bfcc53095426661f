"""What follows from an edit of a promotion issue, decided purely."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.promotion.altered import changed_boxes, lost_boxes
from flux.promotion.boxes import mark, ticked
from flux.promotion.edits import decide, decide_all, missing
from flux.promotion.ledger import Decision, How
from flux.promotion.outcome import Note, Situation, nothing
from flux.promotion.refusal import NeedsPermission, NotPromoter
from flux.promotion.remarks import HadBefore, HeldEdit, Idle, LeftOut
from flux.promotion.texts import notices
from flux.promotion.texts.remarks import held_edit
from flux.promotion.texts.undoing import untick_reason
from flux.promotion.undoing import Alteration, BoxUndone, Loss, OutOfOrder, Unticked
from tests.promotion import samples
from tests.promotion.editing import (
    BODY,
    ORDERED,
    PROMOTION,
    RULES,
    _notes,
    asked,
    body,
    edit,
    performed,
    situation,
    told,
    withdrawn,
)

NO = NeedsPermission("write")
ALICES = NotPromoter("prod", ("alice",))


def test_a_tick_adds_and_an_untick_takes_away() -> None:
    added = decide(edit(BODY, body("at_ring1")), PROMOTION, Situation(body("at_ring1")), RULES)
    assert (added.decisions, added.actions) == ((Decision("bob", How.TICK, ("at_ring1",), 100, 7),), ())
    taken = decide(edit(body("at_ring1"), BODY), PROMOTION, Situation(BODY), RULES)
    assert (taken.decisions, taken.actions) == ((Decision("bob", How.UNTICK, ("at_ring1",), 100, 7),), ())


def test_a_phase_stands_for_its_environments() -> None:
    decided = decide(edit(BODY, body("at")), PROMOTION, Situation(body("at")), RULES)
    assert asked(decided) == {"at_ring1", "at_ring2"}


def test_an_environment_is_taken_out_of_its_ticked_phase() -> None:
    before, after = body("at", "at_ring1"), body("at")
    decided = decide(edit(before, after), PROMOTION, Situation(after), RULES)
    assert (asked(decided), withdrawn(decided)) == (set(), {"at_ring1"})
    assert performed(decided, after) == body("at_ring2")


def test_an_edit_is_judged_by_its_own_text_and_not_by_what_is_ticked_now() -> None:
    ticks = decide(edit(BODY, body("at_ring1")), PROMOTION, Situation(BODY), RULES)
    assert asked(ticks) == {"at_ring1"}
    unticks = decide(edit(body("at_ring1"), BODY), PROMOTION, Situation(body("at_ring1")), RULES)
    assert withdrawn(unticks) == {"at_ring1"}


def test_an_edit_that_was_recorded_is_applied_no_more() -> None:
    known = (Decision("alice", How.TICK, ("at_ring1",), 100, 7),)
    for found in (Situation(BODY, known=known), Situation(BODY, known=known, refused={"at_ring1": NO})):
        again = decide(edit(BODY, body("at_ring1")), PROMOTION, found, RULES)
        assert again == replace(nothing(Idle.APPLIED_BEFORE), decisions=())


def test_who_runs_a_job_again_has_to_be_allowed_too() -> None:
    now = body("at_ring1", "prod_ring1")
    again = replace(edit(BODY, now), rerun_by="trudy")
    decided = decide(again, PROMOTION, Situation(now, held={"prod_ring1": ALICES}), RULES)
    assert decided.decisions == (Decision("trudy", How.TICK, ("at_ring1",), 100, 7),)
    held = HeldEdit("bob", "trudy", {"prod_ring1": ALICES})
    assert decided.refused == held
    assert told(decided) == [(("held", "trudy", "100.0", "prod_ring1"), held_edit(held))]
    none = Situation(now, held=dict.fromkeys(("at_ring1", "prod_ring1"), NO))
    assert decide(again, PROMOTION, none, RULES).decisions is None


def test_boxes_show_the_last_word() -> None:
    later = Decision("alice", How.TICK, ("at_ring1",), 101, 7)
    decided = decide(edit(body("at_ring1"), BODY), PROMOTION, Situation(BODY, known=[later]), RULES)
    assert performed(decided, BODY) == body("at_ring1")


def test_words_around_the_boxes_are_none_of_ours() -> None:
    decided = decide(edit(BODY, f"{BODY}\nthanks"), PROMOTION, Situation(f"{BODY}\nthanks"), RULES)
    assert decided == nothing(Idle.NO_BOX)


@pytest.mark.parametrize("tick", [True, False])
def test_who_may_not_is_undone_and_told(tick: bool) -> None:
    before, after = (BODY, body("prod_ring1")) if tick else (body("prod_ring1"), BODY)
    refused = {"prod_ring1": NO}
    decided = decide(edit(before, after), PROMOTION, Situation(after, refused=refused), RULES)
    assert decided.decisions is None
    assert performed(decided, after) == before
    assert decided.undone == (BoxUndone("prod_ring1", "bob", NO),)
    (note,) = _notes(decided)
    assert note.startswith("@bob may not promote here")


def test_what_somebody_may_of_one_edit_stays() -> None:
    after = body("at_ring1", "prod_ring1")
    situation = Situation(after, refused={"prod_ring1": NO})
    decided = decide(edit(BODY, after), PROMOTION, situation, RULES)
    assert asked(decided) == {"at_ring1"}
    assert performed(decided, after) == body("at_ring1")


@pytest.mark.parametrize(
    "vouched",
    [
        {"known": [Decision("alice", How.TICK, ("prod_ring1",), 101, 7)]},
        {"known": [Decision("alice", How.NAME, ("prod_ring1",), 100)]},
        {"versions": {"prod_ring1": PROMOTION.version}},
    ],
)
def test_a_tick_that_others_have_vouched_for_stays(vouched: dict[str, object]) -> None:
    after = body("prod_ring1")
    situation = Situation(after, refused={"prod_ring1": NO}, **vouched)  # type: ignore[arg-type]
    decided = decide(edit(BODY, after), PROMOTION, situation, RULES)
    assert decided.actions == ()


def test_boxes_that_are_taken_away_without_permission_come_back() -> None:
    after = "\n".join(line for line in BODY.splitlines() if "prod" not in line)
    assert lost_boxes(edit(BODY, after), RULES) == {"prod", "prod_ring1", "prod_ring2"}
    decided = decide(edit(BODY, after), PROMOTION, Situation(after, refused={"prod_ring1": NO}), RULES)
    assert performed(decided, after) == BODY
    allowed = decide(edit(BODY, after), PROMOTION, Situation(after), RULES)
    assert allowed.actions == ()
    since = Situation(f"{after}\nmore", refused={"prod_ring1": NO})
    assert decide(edit(BODY, after), PROMOTION, since, RULES).actions == (), "somebody has put it right"


def test_the_order_of_phases_where_it_is_required() -> None:
    after = body("tt_ring1")
    free = decide(edit(BODY, after), PROMOTION, Situation(after), RULES)
    assert asked(free) == {"tt_ring1"}
    held = decide(edit(BODY, after), PROMOTION, Situation(after), ORDERED)
    assert asked(held) == set()
    assert performed(held, after) == BODY
    (said,) = held.undone
    assert said == Unticked("tt_ring1", OutOfOrder(("at_ring1", "at_ring2"), PROMOTION.version))
    versions = dict.fromkeys(("at_ring1", "at_ring2"), PROMOTION.version)
    assert asked(decide(edit(BODY, after), PROMOTION, Situation(after, versions), ORDERED)) == {"tt_ring1"}


@pytest.mark.parametrize(("changed", "added"), [("tt_ring1", True), ("at_ring1", False)])
def test_a_tick_before_main_changed_counts_no_more(changed: str, added: bool) -> None:
    after = body("at_ring1")
    situation = Situation(after, {"at_ring1": "9.0.0"}, changed={changed})
    decided = decide(edit(BODY, after), PROMOTION, situation, RULES)
    assert (asked(decided) == {"at_ring1"}) == added
    assert (decided.undone == (Unticked("at_ring1", Loss.MAIN_CHANGED),)) == (not added)


@given(
    before=st.sets(st.sampled_from(sorted(RULES.names))),
    after=st.sets(st.sampled_from(sorted(RULES.names))),
    phases=st.sets(st.sampled_from(sorted(samples.PHASES))),
)
def test_nothing_that_somebody_may_not_is_proposed(
    before: set[str], after: set[str], phases: set[str]
) -> None:
    """Who may promote is a matter of phases, so that a phase and its environments are refused together."""
    refused = phases | RULES.members(phases)
    was, became = body(*before), body(*after)
    situation = Situation(became, refused=dict.fromkeys(refused, NO))
    decided = decide(edit(was, became), PROMOTION, situation, RULES)
    changed = changed_boxes(edit(was, became), RULES)
    assert changed == {name: name in after for name in before ^ after}
    mine = {name for name in changed if name not in refused}
    assert asked(decided) <= RULES.members(name for name in mine if name in after)
    assert withdrawn(decided) <= RULES.members(name for name in mine if name not in after)
    undone = performed(decided, became)
    assert ticked(undone, {}) - RULES.names == set()
    for name in refused & changed.keys():
        assert (mark(undone, {name: name in before})) == undone, "it is as it was"


def test_all_boxes_by_hand() -> None:
    found = situation(body("at_ring1", "tt_ring1"), {"tt_ring1": PROMOTION.version}, "prod_ring1")
    assert missing(PROMOTION, found, RULES) == {"at_ring1"}
    decided = decide_all(PROMOTION, found, (), "bob", 100.0, 7, RULES)
    assert (asked(decided), withdrawn(decided), decided.remarks) == ({"at_ring1"}, {"prod_ring1"}, ())
    by_name = Decision("alice", How.NAME, ("prod_ring1",), 200)
    named = decide_all(PROMOTION, replace(found, known=[by_name]), (), "bob", 100.0, 7, RULES)
    assert withdrawn(named) == set(), "what was asked for by name has no box"
    assert named.decisions == (Decision("bob", How.TICK, ("at_ring1",), 100, 7),)


def test_a_clock_that_is_behind_makes_nobodys_word_the_older_one() -> None:
    found = situation(body("at_ring1"), {})
    before = Decision("alice", How.UNTICK, ("at_ring1",), 200, 7)
    (decision,) = (
        decide_all(PROMOTION, replace(found, known=[before]), (), "bob", 100.0, 7, RULES).decisions or ()
    )
    assert decision.time == 201


def test_a_version_that_was_replaced_does_not_come_back_by_itself() -> None:
    decided = decide_all(PROMOTION, situation(body("at_ring1"), {}), ["at_ring1"], "bob", 100.0, 7, RULES)
    assert decided.decisions == ()
    assert decided.remarks == (HadBefore("eso", "at_ring1", PROMOTION.version, None),)


def test_what_is_said_of_boxes() -> None:
    after = "\n".join(line for line in BODY.splitlines() if "prod" not in line)
    taken_away = decide(edit(BODY, after), PROMOTION, Situation(after, refused={"prod_ring1": NO}), RULES)
    assert told(taken_away) == [(("broken", "bob", "100.0"), notices.edit_undone("bob", Alteration.BOXES))]
    after = body("prod_ring1")
    undone = decide(edit(BODY, after), PROMOTION, Situation(after, refused={"prod_ring1": NO}), RULES)
    about = ("undone", "bob", "100.0", "prod_ring1")
    assert told(undone) == [(about, notices.ticks_undone("bob", {"prod_ring1": NO}))]
    early = decide(edit(BODY, after), PROMOTION, Situation(after), ORDERED)
    reason = OutOfOrder(("tt_ring1", "tt_ring2"), PROMOTION.version)
    assert told(early) == [
        (("taken back", untick_reason(reason), "100.0"), notices.unticked(["prod_ring1"], reason)),
    ]


def test_what_is_left_out_by_hand_is_said() -> None:
    decided = decide_all(PROMOTION, situation(body("tt"), {}), (), "bob", 100.0, 7, ORDERED)
    reason = OutOfOrder(("at_ring1", "at_ring2"), PROMOTION.version)
    assert decided.remarks == (LeftOut(("tt_ring1", "tt_ring2"), reason),)
    assert decided.decisions == ()
    found = situation(body("at_ring1"), {"at_ring1": "3.0.0"})
    replaced = decide_all(PROMOTION, found, ["at_ring1"], "bob", 100.0, 7, RULES)
    assert replaced.remarks == (HadBefore("eso", "at_ring1", PROMOTION.version, "3.0.0"),)


@pytest.mark.parametrize(("how", "tick"), [(How.TICK, True), (How.UNTICK, False)])
def test_of_an_edit_that_was_recorded_in_part_the_rest_follows(how: How, tick: bool) -> None:
    before, after = (BODY, body("at")) if tick else (body("at"), BODY)
    found = Situation(after, known=[Decision("bob", how, ("at_ring1",), 100, 7)])
    decided = decide(edit(before, after), PROMOTION, found, RULES)
    assert decided.decisions == (Decision("bob", how, ("at_ring2",), 100, 7),)


def test_an_unticked_phase_leaves_an_environment_that_has_its_own_tick() -> None:
    decided = decide(
        edit(body("at", "at_ring1"), body("at_ring1")), PROMOTION, Situation(body("at_ring1")), RULES
    )
    assert (asked(decided), withdrawn(decided)) == (set(), {"at_ring2"})


@pytest.mark.parametrize(("tick", "version"), [(True, "0.9.0"), (False, PROMOTION.version)])
def test_what_may_not_be_is_undone_whatever_else_main_has(tick: bool, version: str) -> None:
    before, after = (BODY, body("prod_ring1")) if tick else (body("prod_ring1"), BODY)
    found = Situation(after, {"prod_ring1": version}, refused={"prod_ring1": NO})
    assert performed(decide(edit(before, after), PROMOTION, found, RULES), after) == before


def test_a_tick_on_what_main_has_already_is_not_late() -> None:
    after = body("at_ring1")
    found = Situation(after, {"at_ring1": PROMOTION.version}, changed={"at_ring1"})
    assert asked(decide(edit(BODY, after), PROMOTION, found, RULES)) == {"at_ring1"}


def test_an_artifact_that_is_gone_is_promoted_by_nobody() -> None:
    after = body("at_ring1")
    found = Situation(after, is_gone=True)
    about = ("taken back", untick_reason(Loss.REMOVED), "100.0")
    taken = Note(about, notices.unticked(["at_ring1"], Loss.REMOVED))
    ticked_ = decide(edit(BODY, after), PROMOTION, found, RULES)
    assert (ticked_.decisions, ticked_.undone) == ((), (Unticked("at_ring1", Loss.REMOVED),))
    assert ticked_.actions[-1] == taken
    by_hand = decide_all(PROMOTION, found, (), "bob", 100.5, 7, RULES)
    assert (by_hand.decisions, by_hand.undone) == ((), ticked_.undone)
    assert by_hand.actions[-1] == replace(taken, about=(*about[:2], "100"))
