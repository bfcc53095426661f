"""The facts that decide about a promotion issue, and the resulting actions."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from flux.promotion.boxes import Phases
from flux.promotion.ledger import Decision
from flux.promotion.refusal import PromotionRefusal
from flux.promotion.remarks import HeldEdit, Nothing, Remark
from flux.promotion.rewrites import Rewrite, Untick
from flux.promotion.texts import notices as say
from flux.promotion.texts.undoing import untick_reason
from flux.promotion.undoing import Undone, Unticked, UntickReason


@dataclass(frozen=True)
class Edit:
    """An edit of an issue's body, by `sender`, at `time` in seconds since the epoch.

    If its job is run again, `rerun_by` answers for it. It is empty if nobody does, and None in a first run.
    """

    sender: str
    before: str
    after: str
    time: float
    issue: int = 0
    rerun_by: str | None = None

    @property
    def answers(self) -> str:
        """Who is responsible for the result."""
        return self.sender if self.rerun_by is None else self.rerun_by


@dataclass(frozen=True)
class Note:
    """A comment, made once for each occasion. `about` identifies the occasion."""

    about: tuple[str, ...]
    text: str


IssueAction = Note | Rewrite


@dataclass(frozen=True)
class Situation:
    """The facts besides the edit. `body` is the issue's body now.

    `refused` has the names that the sender may not promote to, each with the reason. `held` has those for the
    person who ran the job again. `versions` are main's. `changed` are the environments whose version on main
    has changed since the edit. `proposed` are those that the promotion's branch proposes. `known` are the
    recorded decisions. `is_gone` says that the tip does not have the artifact any more.
    """

    body: str
    versions: Mapping[str, str] = field(default_factory=dict)
    proposed: Collection[str] = ()
    refused: Mapping[str, PromotionRefusal] = field(default_factory=dict)
    changed: Collection[str] = ()
    known: Sequence[Decision] = ()
    held: Mapping[str, PromotionRefusal] = field(default_factory=dict)
    is_gone: bool = False


@dataclass(frozen=True)
class Outcome:
    """`actions` are in order. `decisions` must be recorded and followed; None if nothing is proposed.

    `undone` says what the actions undo and why. `remarks` say the rest. `refused` is a request that was not
    followed, so that the job must fail.
    """

    actions: tuple[IssueAction, ...] = ()
    decisions: tuple[Decision, ...] | None = None
    undone: tuple[Undone, ...] = ()
    remarks: tuple[Remark, ...] = ()
    refused: HeldEdit | None = None


@dataclass(frozen=True)
class PhaseOrder:
    """The settings that decide: the environments of each phase, and whether the order is required."""

    phases: Phases
    require_order: bool = False

    @property
    def environments(self) -> list[str]:
        return [environment for members in self.phases.values() for environment in members]

    @property
    def names(self) -> set[str]:
        return {*self.phases, *self.environments}

    def members(self, names: Iterable[str]) -> set[str]:
        """Return the environments that boxes stand for."""
        return {environment for name in names for environment in self.phases.get(name, (name,))}

    def ordered(self, environments: Collection[str]) -> tuple[str, ...]:
        return tuple(environment for environment in self.environments if environment in environments)


def nothing(why: Nothing) -> Outcome:
    return Outcome(remarks=(why,))


def take_back(
    groups: Iterable[tuple[Collection[str], UntickReason]], occasion: str, rules: PhaseOrder
) -> Outcome:
    """Untick groups of environments, each for a reason, and then comment once for each occasion."""
    actions: list[IssueAction] = []
    notes: list[IssueAction] = []
    undone: list[Undone] = []
    for environments, reason in groups:
        if listed := rules.ordered(environments):
            actions.append(Untick(frozenset(listed)))
            notes.append(Note(about_taking_back(reason, occasion), say.unticked(listed, reason)))
            undone += [Unticked(environment, reason) for environment in listed]
    return Outcome((*actions, *notes), undone=tuple(undone))


def about_taking_back(reason: UntickReason, occasion: str) -> tuple[str, ...]:
    """Return the `about` of a note that says why boxes were unticked."""
    return "taken back", untick_reason(reason), occasion
