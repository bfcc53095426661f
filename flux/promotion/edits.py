"""What the boxes of a promotion issue lead to: decisions to record, and ticks to undo.

An edit is judged by its own text before and after, and by its own sender. It does not matter what is ticked
when its job runs: other edits have their own jobs, which may run in any order.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace

from flux.promotion.altered import changed_boxes, decide_lost
from flux.promotion.boxes import marks, ticked
from flux.promotion.ledger import Decision, How, decision_time, latest
from flux.promotion.outcome import (
    Edit,
    IssueAction,
    Note,
    Outcome,
    PhaseOrder,
    Situation,
    nothing,
    take_back,
)
from flux.promotion.phase_order import out_of_order
from flux.promotion.proposal import Promotion
from flux.promotion.refusal import PromotionRefusal
from flux.promotion.remarks import HadBefore, HeldEdit, Idle, LeftOut, Remark
from flux.promotion.rewrites import Restore, Settle, rewritten
from flux.promotion.texts import notices as say
from flux.promotion.texts.remarks import held_edit
from flux.promotion.undoing import BoxUndone, Loss, OutOfOrder, UntickReason

Left = tuple[set[str], UntickReason]
"""Environments that are left out, and why."""


def decide(edit: Edit, promotion: Promotion, situation: Situation, rules: PhaseOrder) -> Outcome:
    """Return what follows from a readable edit, on its sender's authority."""
    refused = situation.refused.keys()
    if lost := decide_lost(edit, promotion, situation.body, {*refused}, rules):
        return lost
    changed = changed_boxes(edit, rules)
    if not changed:
        return nothing(Idle.NO_BOX)
    applied = _applied(edit, changed, situation, rules)
    if applied == changed.keys():
        return replace(nothing(Idle.APPLIED_BEFORE), decisions=())
    new = {name: tick for name, tick in changed.items() if name not in applied}
    undoing = _undo(edit, promotion, new, situation, rules)
    mine = {name: tick for name, tick in new.items() if name not in refused}
    chosen = {name: tick for name, tick in mine.items() if name not in situation.held}
    if len(chosen) < len(mine):
        undoing = _hold(edit, undoing, {name: situation.held[name] for name in mine if name not in chosen})
    if not chosen:
        return undoing
    add, remove = _chosen(edit, chosen, rules)
    add, remove = add - _decided(edit, True, situation), remove - _decided(edit, False, situation)
    add, gone = _not_gone(situation, add)
    add, early = _in_order(promotion, situation.versions, add, rules)
    add, late = _not_outdated(promotion, situation, add)
    taken = take_back([*gone, *early, *late], str(edit.time), rules)
    decisions = _decisions(edit.answers, add, remove, int(edit.time), edit.issue, rules)
    return replace(
        undoing,
        actions=undoing.actions + taken.actions + _settle(situation, decisions, rules),
        undone=undoing.undone + taken.undone,
        decisions=decisions,
    )


def decide_all(
    promotion: Promotion,
    situation: Situation,
    had: Collection[str],
    who: str,
    time: float,
    issue: int,
    rules: PhaseOrder,
) -> Outcome:
    """Propose what is ticked, and withdraw what is not. `who` runs the command, and answers for all boxes.

    `had` are environments that once had the version on main. Requests by name or by a rule have no ticked
    box. These are not withdrawn.
    """
    wanted, proposed = ticked(situation.body, rules.phases), set(situation.proposed)
    add = missing(promotion, situation, rules)
    replaced = add & set(had)
    remarks: list[Remark] = [
        HadBefore(promotion.artifact, environment, promotion.version, situation.versions.get(environment))
        for environment in rules.ordered(replaced)
    ]
    add, gone = _not_gone(situation, add - replaced)
    taken = take_back(gone, str(int(time)), rules)
    add, early = _in_order(promotion, situation.versions, add, rules)
    remarks += [LeftOut(tuple(sorted(left)), reason) for left, reason in early]
    said = latest(situation.known)
    named = {environment for environment, last in said.items() if last.how not in (How.TICK, How.UNTICK)}
    remove = proposed - wanted - named
    now = decision_time(time, situation.known, add | remove)
    decisions = _decisions(who, add, remove, now, issue, rules)
    return replace(taken, decisions=decisions, remarks=tuple(remarks))


def missing(promotion: Promotion, situation: Situation, rules: PhaseOrder) -> set[str]:
    """Return the environments that are ticked, but neither proposed nor on main."""
    wanted = ticked(situation.body, rules.phases) - set(situation.proposed)
    return {e for e in wanted if situation.versions.get(e) != promotion.version}


def _chosen(edit: Edit, chosen: Mapping[str, bool], rules: PhaseOrder) -> tuple[set[str], set[str]]:
    """Return the environments that these boxes of an edit ask for, and those that they withdraw.

    An environment's own box overrides the box of its phase. If two boxes contradict each other, the one that
    withdraws counts.
    """
    after = marks(edit.after)
    unticked = {name for name, tick in chosen.items() if not tick}
    own = {name for name in unticked if name in rules.environments}
    of_phases = rules.members(unticked - own)
    remove = own | {environment for environment in of_phases if not after.get(environment)}
    return rules.members(name for name, tick in chosen.items() if tick) - remove, remove


def _decided(edit: Edit, asks: bool, situation: Situation) -> set[str]:
    """Return the environments that the records say this edit asks for, or withdraws."""
    return {
        environment
        for decision in situation.known
        if (decision.issue, decision.time, decision.asks) == (edit.issue, int(edit.time), asks)
        for environment in decision.environments
    }


def _applied(edit: Edit, changed: Mapping[str, bool], situation: Situation, rules: PhaseOrder) -> set[str]:
    """Return the boxes of an edit whose decisions are recorded, for example because a job runs again."""
    decided = {asks: _decided(edit, asks, situation) for asks in (True, False)}
    return {name for name, tick in changed.items() if rules.members([name]) <= decided[tick]}


def _decisions(
    who: str, add: Collection[str], remove: Collection[str], time: int, issue: int, rules: PhaseOrder
) -> tuple[Decision, ...]:
    both = ((How.TICK, rules.ordered(add)), (How.UNTICK, rules.ordered(remove)))
    return tuple(Decision(who, how, names, time, issue or None) for how, names in both if names)


def _settle(
    situation: Situation, decisions: Collection[Decision], rules: PhaseOrder
) -> tuple[IssueAction, ...]:
    """Set the boxes to the last decisions."""
    said = latest([*situation.known, *decisions])
    own = {environment for decision in decisions for environment in decision.environments}
    wanted = frozenset(environment for environment in own if said[environment].asks)
    settle = Settle(wanted, frozenset(own - wanted))
    return () if rewritten(situation.body, settle, rules.phases) == situation.body else (settle,)


def _undo(
    edit: Edit, promotion: Promotion, changed: Mapping[str, bool], situation: Situation, rules: PhaseOrder
) -> Outcome:
    """Undo the ticks and unticks of somebody who has no permission."""
    refused = {name: situation.refused[name] for name in changed if name in situation.refused}
    put_back = {
        name: reason
        for name, reason in refused.items()
        if not _overtaken(edit, promotion, name, changed[name], situation, rules)
    }
    if not put_back:
        return Outcome()
    note = Note(("undone", edit.sender, str(edit.time), *put_back), say.ticks_undone(edit.sender, put_back))
    rewrite = Restore(edit.before, edit.after, frozenset(put_back))
    undone = tuple(BoxUndone(name, edit.sender, reason) for name, reason in put_back.items())
    return Outcome((rewrite, note), undone=undone)  # undo first: the comment may fail


def _hold(edit: Edit, undoing: Outcome, refusals: Mapping[str, PromotionRefusal]) -> Outcome:
    """Leave out what the person who runs a job again may not decide, and tell the sender of the edit."""
    held = HeldEdit(edit.sender, edit.answers, refusals)
    note = Note(("held", edit.answers, str(edit.time), *refusals), held_edit(held))
    return replace(undoing, actions=(*undoing.actions, note), refused=held)


def _overtaken(
    edit: Edit, promotion: Promotion, name: str, tick: bool, situation: Situation, rules: PhaseOrder
) -> bool:
    """Whether somebody with permission has since decided the same, or main has what the tick asks for."""
    said = latest(situation.known)

    def is_so(environment: str) -> bool:
        last = said.get(environment)
        return bool(last and last.time >= int(edit.time) and last.asks == tick)

    on_main = {e for e, v in situation.versions.items() if tick and v == promotion.version}
    return all(environment in on_main or is_so(environment) for environment in rules.members([name]))


def _not_gone(situation: Situation, add: set[str]) -> tuple[set[str], list[Left]]:
    """Leave out everything if the artifact was removed or renamed: it can only be rolled back."""
    return (set(), [(add, Loss.REMOVED)]) if situation.is_gone and add else (add, [])


def _in_order(
    promotion: Promotion, versions: Mapping[str, str], add: set[str], rules: PhaseOrder
) -> tuple[set[str], list[Left]]:
    """Leave out phases that are not due yet, if the order of phases is required."""
    if not rules.require_order:
        return add, []
    left: list[Left] = []
    for phase, behind in out_of_order(rules.phases, versions, promotion.version, add).items():
        members = add & set(rules.phases[phase])
        left.append((members, OutOfOrder(tuple(behind), promotion.version)))
        add = add - members
    return add, left


def _not_outdated(promotion: Promotion, situation: Situation, add: set[str]) -> tuple[set[str], list[Left]]:
    """Leave out the environments whose version on main has changed since the tick."""
    late = {
        environment
        for environment in add
        if situation.versions.get(environment) != promotion.version and environment in situation.changed
    }
    return add - late, [(late, Loss.MAIN_CHANGED)] if late else []
