"""What the boxes of a promotion issue lead to: decisions to record, and ticks to undo.

An edit is judged by its own text before and after, and by its own sender. What happens to be ticked when its
job runs does not decide: other edits have jobs of their own, which may come in any order.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace

from flux.promotion.altered import changed_boxes, decide_lost
from flux.promotion.boxes import marks, restore, settle, ticked
from flux.promotion.ledger import Decision, How, latest, moment
from flux.promotion.order import out_of_order
from flux.promotion.outcome import (
    Action,
    Edit,
    Note,
    Outcome,
    PhaseOrder,
    Rewrite,
    Situation,
    nothing,
    take_back,
)
from flux.promotion.proposal import Promotion
from flux.promotion.texts import notices as say


def decide(edit: Edit, promotion: Promotion, situation: Situation, rules: PhaseOrder) -> Outcome:
    """What follows from an edit whose text can be read, on its sender's authority."""
    refused = situation.refused.keys()
    if lost := decide_lost(edit, promotion, situation.body, {*refused}, rules):
        return lost
    changed = changed_boxes(edit, rules)
    if not changed:
        return nothing("no box was ticked or unticked")
    applied = _applied(edit, changed, situation, rules)
    if applied == changed.keys():
        return replace(nothing("this edit was applied before"), decisions=())
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
    """Propose what is ticked, and take away what is not: `who` runs the command, and answers for all boxes.

    `had` are environments that had the version some time on main. What was asked for by name or by a rule has
    no box ticked, and that takes nothing away.
    """
    wanted, proposed = ticked(situation.body, rules.phases), set(situation.proposed)
    add = missing(promotion, situation, rules)
    replaced = add & set(had)
    notes = [
        say.had_it(promotion.artifact, environment, promotion.version, situation.versions.get(environment))
        for environment in rules.ordered(replaced)
    ]
    add, gone = _not_gone(situation, add - replaced)
    taken = take_back(gone, str(int(time)), rules)
    add, early = _in_order(promotion, situation.versions, add, rules)
    notes += [f"{', '.join(sorted(left))} left out: {reason}" for left, reason in early]
    said = latest(situation.known)
    named = {environment for environment, last in said.items() if last.how not in (How.TICK, How.UNTICK)}
    remove = proposed - wanted - named
    now = moment(time, situation.known, add | remove)
    decisions = _decisions(who, add, remove, now, issue, rules)
    return replace(taken, decisions=decisions, notices=tuple(notes))


def missing(promotion: Promotion, situation: Situation, rules: PhaseOrder) -> set[str]:
    """The environments that are ticked, and neither proposed nor on main."""
    wanted = ticked(situation.body, rules.phases) - set(situation.proposed)
    return {e for e in wanted if situation.versions.get(e) != promotion.version}


def _chosen(edit: Edit, chosen: Mapping[str, bool], rules: PhaseOrder) -> tuple[set[str], set[str]]:
    """The environments that an edit asks for, and those that it takes away, by these boxes of it.

    An environment's own box says more than that of its phase, and of two that contradict each other the one
    that takes away counts.
    """
    after = marks(edit.after)
    unticked = {name for name, tick in chosen.items() if not tick}
    own = {name for name in unticked if name in rules.environments}
    of_phases = rules.members(unticked - own)
    remove = own | {environment for environment in of_phases if not after.get(environment)}
    return rules.members(name for name, tick in chosen.items() if tick) - remove, remove


def _decided(edit: Edit, asks: bool, situation: Situation) -> set[str]:
    """The environments that this very edit was recorded to ask for, or to take away."""
    return {
        environment
        for decision in situation.known
        if (decision.issue, decision.time, decision.asks) == (edit.issue, int(edit.time), asks)
        for environment in decision.environments
    }


def _applied(edit: Edit, changed: Mapping[str, bool], situation: Situation, rules: PhaseOrder) -> set[str]:
    """The boxes of an edit whose decisions were recorded, as when a job is run again."""
    decided = {asks: _decided(edit, asks, situation) for asks in (True, False)}
    return {name for name, tick in changed.items() if rules.members([name]) <= decided[tick]}


def _decisions(
    who: str, add: Collection[str], remove: Collection[str], time: int, issue: int, rules: PhaseOrder
) -> tuple[Decision, ...]:
    both = ((How.TICK, rules.ordered(add)), (How.UNTICK, rules.ordered(remove)))
    return tuple(Decision(who, how, names, time, issue or None) for how, names in both if names)


def _settle(situation: Situation, decisions: Collection[Decision], rules: PhaseOrder) -> tuple[Action, ...]:
    """Set the boxes to the last decisions."""
    said = latest([*situation.known, *decisions])
    wanted = {e: said[e].asks for decision in decisions for e in decision.environments}

    def change(body: str) -> str:
        return settle(body, wanted, rules.phases)

    return () if change(situation.body) == situation.body else (Rewrite(change),)


def _undo(
    edit: Edit, promotion: Promotion, changed: Mapping[str, bool], situation: Situation, rules: PhaseOrder
) -> Outcome:
    """Put back what someone ticked or unticked who may not."""
    refused = {name: situation.refused[name] for name in changed if name in situation.refused}
    put_back = {
        name: reason
        for name, reason in refused.items()
        if not _overtaken(edit, promotion, name, changed[name], situation, rules)
    }
    if not put_back:
        return Outcome()
    note = Note(("undone", edit.sender, str(edit.time), *put_back), say.ticks_undone(edit.sender, put_back))
    rewrite = Rewrite(lambda body: restore(body, edit.before, edit.after, put_back))
    undone = tuple(f"{name}: {edit.sender} may not: {reason}" for name, reason in put_back.items())
    return Outcome((rewrite, note), undone=undone)  # a run that cannot tell is to have undone it


def _hold(edit: Edit, undoing: Outcome, reasons: Mapping[str, str]) -> Outcome:
    """Leave what whoever runs a job again may not decide, and say so to who made the edit."""
    text = say.held(edit.sender, edit.answers, reasons)
    note = Note(("held", edit.answers, str(edit.time), *reasons), text)
    return replace(undoing, actions=(*undoing.actions, note), notices=(*undoing.notices, text), refused=True)


def _overtaken(
    edit: Edit, promotion: Promotion, name: str, tick: bool, situation: Situation, rules: PhaseOrder
) -> bool:
    """Whether somebody who may has said the same of a box since, or main has what its tick asks for."""
    said = latest(situation.known)

    def is_so(environment: str) -> bool:
        last = said.get(environment)
        return bool(last and last.time >= int(edit.time) and last.asks == tick)

    on_main = {e for e, v in situation.versions.items() if tick and v == promotion.version}
    return all(environment in on_main or is_so(environment) for environment in rules.members([name]))


def _not_gone(situation: Situation, add: set[str]) -> tuple[set[str], list[tuple[set[str], str]]]:
    """Leave out all where the artifact was removed or renamed: it can be rolled back, and no more."""
    return (set(), [(add, say.REMOVED)]) if situation.is_gone and add else (add, [])


def _in_order(
    promotion: Promotion, versions: Mapping[str, str], add: set[str], rules: PhaseOrder
) -> tuple[set[str], list[tuple[set[str], str]]]:
    """Leave out phases before their time, where the order of phases is required."""
    if not rules.require_order:
        return add, []
    left: list[tuple[set[str], str]] = []
    for phase, behind in out_of_order(rules.phases, versions, promotion.version, add).items():
        members = add & set(rules.phases[phase])
        left.append((members, say.comes_first(behind, promotion.version)))
        add = add - members
    return add, left


def _not_outdated(
    promotion: Promotion, situation: Situation, add: set[str]
) -> tuple[set[str], list[tuple[set[str], str]]]:
    """Leave out what main has changed since the tick."""
    late = {
        environment
        for environment in add
        if situation.versions.get(environment) != promotion.version and environment in situation.changed
    }
    return add - late, [(late, say.MAIN_CHANGED)] if late else []
