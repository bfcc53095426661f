"""What follows from an edit of a promotion issue: typed actions, decided from the edit and the state."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from flux.errors import IssueError
from flux.promotion.boxes import Phases, marks, restore, ticked
from flux.promotion.marker import mend_marker, read_marker
from flux.promotion.order import out_of_order
from flux.promotion.proposal import Promotion
from flux.promotion.texts import notices as say


@dataclass(frozen=True)
class Edit:
    """An edit of an issue's body, by `sender`, at `time` in seconds since the epoch."""

    sender: str
    before: str
    after: str
    time: float


@dataclass(frozen=True)
class Note:
    """Comment once for each occasion. `about` tells occasions apart."""

    about: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Rewrite:
    """Change the body as it is when this is performed."""

    change: Callable[[str], str] = field(compare=False)


@dataclass(frozen=True)
class Untick:
    """Untick these environments, in the body as it is when this is performed."""

    environments: frozenset[str]


Action = Note | Rewrite | Untick


@dataclass(frozen=True)
class Situation:
    """What decides beside the edit. `body` is the issue's body now.

    `refused` has the names that the sender may not promote to, each with the reason. `versions` are main's;
    `changed_at` says when main gave each environment its version, in seconds since the epoch. `proposed` are
    the environments that the promotion's branch proposes.
    """

    body: str
    versions: Mapping[str, str] = field(default_factory=dict)
    proposed: Collection[str] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    changed_at: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Decision:
    """`actions` in order. `add` and `remove` are what to propose, None for both where nothing is to be.

    `undone` says what the actions undo and why; `notices` what people should know beside that.
    """

    actions: tuple[Action, ...] = ()
    add: frozenset[str] | None = None
    remove: frozenset[str] | None = None
    undone: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rules:
    """The settings that decide: the environments of each phase, and whether phases go in order."""

    phases: Phases
    require_order: bool = False

    @property
    def environments(self) -> list[str]:
        return [environment for members in self.phases.values() for environment in members]

    @property
    def names(self) -> set[str]:
        return {*self.phases, *self.environments}

    def members(self, names: Iterable[str]) -> set[str]:
        """The environments that boxes stand for."""
        return {environment for name in names for environment in self.phases.get(name, (name,))}


def broken(body: str, promotion: Promotion) -> str:
    """What was done to a body that tools cannot read it any more; empty where nothing was."""
    try:
        marks(body)
    except IssueError:
        return "made the issue's text one that cannot be read"
    return "" if read_marker(body) == promotion else "altered the issue's marker"


def decide_broken(edit: Edit, promotion: Promotion, body: str, rules: Rules) -> Decision | None:
    """What follows where an edit, or one before or after it, broke the text. None where none did."""
    if fault := broken(edit.after, promotion):
        if broken(edit.before, promotion):
            return _refuse(edit, promotion, rules)
        return _revert(edit, promotion, body, fault)
    if fault := broken(body, promotion):
        return nothing(f"a later edit {fault}")
    return None


def changed_boxes(edit: Edit, rules: Rules) -> dict[str, bool]:
    """The boxes of environments and phases that an edit ticked (True) or unticked."""
    was, became = marks(edit.before), marks(edit.after)
    return {
        name: became.get(name, False)
        for name in [*became, *(name for name in was if name not in became)]
        if name in rules.names and became.get(name, False) != was.get(name, False)
    }


def lost_boxes(edit: Edit, rules: Rules) -> set[str]:
    """The boxes of environments and phases that an edit took away."""
    return (marks(edit.before).keys() - marks(edit.after).keys()) & rules.names


def decide(edit: Edit, promotion: Promotion, situation: Situation, rules: Rules) -> Decision:
    """What follows from an edit whose text can be read, on its sender's authority."""
    lost = lost_boxes(edit, rules)
    if situation.body == edit.after and lost & situation.refused.keys():
        return _revert(edit, promotion, situation.body, "took boxes away")
    changed = changed_boxes(edit, rules)
    if not changed:
        return nothing("no box was ticked or unticked")
    undoing = _undo(edit, changed, promotion, situation, rules)
    chosen = {name: tick for name, tick in changed.items() if name not in situation.refused}
    if not chosen:
        return undoing
    body = restore(situation.body, edit.before, edit.after, _put_back(changed, promotion, situation, rules))
    wanted = ticked(body, rules.phases)
    add = rules.members(name for name, tick in chosen.items() if tick) & wanted
    unticked = rules.members(name for name, tick in chosen.items() if not tick)
    still = tuple(
        f"{environment} is still wanted: the box of its whole phase is ticked"
        for environment in sorted(unticked & wanted)
    )
    add, early = _in_order(promotion, situation.versions, add, rules)
    add, late = _not_outdated(promotion, situation, add, edit.time)
    taken = take_back([*early, *late], str(edit.time), rules)
    return replace(
        undoing,
        actions=undoing.actions + taken.actions,
        undone=undoing.undone + taken.undone,
        add=frozenset(add),
        remove=frozenset(unticked - wanted),
        notices=still,
    )


def decide_all(
    promotion: Promotion,
    situation: Situation,
    had: Collection[str],
    named: Collection[str],
    rules: Rules,
) -> Decision:
    """Propose what is ticked, and take away what is not: whoever runs the command answers for all boxes.

    `had` are environments that had the version some time on main, `named` those that were asked for by name:
    no box is ticked for them, and that takes nothing away.
    """
    wanted, proposed = ticked(situation.body, rules.phases), set(situation.proposed)
    add = missing(promotion, situation, rules)
    replaced = add & set(had)
    notes = [
        say.had_it(promotion.artifact, environment, promotion.version, situation.versions.get(environment))
        for environment in rules.environments
        if environment in replaced
    ]
    add, early = _in_order(promotion, situation.versions, add - replaced, rules)
    notes += [f"{', '.join(sorted(left))} left out: {reason}" for left, reason in early]
    remove = proposed - wanted - set(named)
    return Decision(add=frozenset(add), remove=frozenset(remove), notices=tuple(notes))


def missing(promotion: Promotion, situation: Situation, rules: Rules) -> set[str]:
    """The environments that are ticked, and neither proposed nor on main."""
    wanted = ticked(situation.body, rules.phases) - set(situation.proposed)
    return {e for e in wanted if situation.versions.get(e) != promotion.version}


def take_back(groups: Iterable[tuple[Collection[str], str]], occasion: str, rules: Rules) -> Decision:
    """Untick groups of environments, each for a reason, and say why once for each occasion."""
    actions: list[Action] = []
    undone: list[str] = []
    for environments, reason in groups:
        listed = [environment for environment in rules.environments if environment in environments]
        if listed:
            about = ("taken back", reason, occasion, *listed)
            actions += [Note(about, say.unticked(listed, reason)), Untick(frozenset(listed))]
            undone += [f"{environment}: {reason}" for environment in listed]
    return Decision(tuple(actions), undone=tuple(undone))


def nothing(why: str) -> Decision:
    return Decision(notices=(f"nothing was applied: {why}",))


def mend(promotion: Promotion, updated: float) -> Decision:
    """Put right what someone has made of the marker. Nobody knows then what the boxes were ticked for."""
    note = Note(("mended", str(updated)), say.MARKER_MENDED)
    return Decision((note, Rewrite(lambda body: mend_marker(body, promotion))))


def _revert(edit: Edit, promotion: Promotion, body: str, fault: str) -> Decision:
    """Undo an edit as a whole, unless somebody has put it right meanwhile."""
    undone = (f"{edit.sender} {fault}",)
    if body != edit.after and not broken(body, promotion):
        return Decision(undone=undone)
    note = Note(("broken", edit.sender, str(edit.time)), say.edit_undone(edit.sender, fault))
    return Decision((note, Rewrite(lambda body: edit.before)), undone=undone)


def _refuse(edit: Edit, promotion: Promotion, rules: Rules) -> Decision:
    """Undo an edit of what somebody had altered before: nobody knows what it meant."""
    changed = changed_boxes(edit, rules)

    def put_right(body: str) -> str:
        return mend_marker(restore(body, edit.before, edit.after, changed), promotion)

    note = Note(("refused", edit.sender, str(edit.time)), say.edit_refused(edit.sender))
    undone = (f"{edit.sender} edited an issue that was altered before",)
    return Decision((note, Rewrite(put_right)), undone=undone)


def _undo(
    edit: Edit, changed: Mapping[str, bool], promotion: Promotion, situation: Situation, rules: Rules
) -> Decision:
    """Put back what someone ticked or unticked who may not."""
    put_back = _put_back(changed, promotion, situation, rules)
    if not put_back:
        return Decision()
    note = Note(("undone", edit.sender, str(edit.time), *put_back), say.ticks_undone(edit.sender, put_back))
    rewrite = Rewrite(lambda body: restore(body, edit.before, edit.after, put_back))
    undone = tuple(f"{name}: {edit.sender} may not: {reason}" for name, reason in put_back.items())
    return Decision((note, rewrite), undone=undone)


def _put_back(
    changed: Mapping[str, bool], promotion: Promotion, situation: Situation, rules: Rules
) -> dict[str, str]:
    """The boxes that are refused, but for ticks that others have vouched for since."""
    vouched = {*situation.proposed, *(e for e, v in situation.versions.items() if v == promotion.version)}
    return {
        name: situation.refused[name]
        for name, tick in changed.items()
        if name in situation.refused and not (tick and rules.members([name]) <= vouched)
    }


def _in_order(
    promotion: Promotion, versions: Mapping[str, str], add: set[str], rules: Rules
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
    promotion: Promotion, situation: Situation, add: set[str], ticked_at: float
) -> tuple[set[str], list[tuple[set[str], str]]]:
    """Leave out what main has changed since it was ticked: who ticked did not know."""
    late = {
        environment
        for environment in add
        if situation.versions.get(environment) != promotion.version
        and situation.changed_at.get(environment, 0) > ticked_at
    }
    return add - late, [(late, say.MAIN_CHANGED)] if late else []
