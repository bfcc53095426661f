"""The facts that decide about a promotion issue, and the resulting actions."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from flux.promotion.boxes import Phases
from flux.promotion.ledger import Decision
from flux.promotion.texts import notices as say


@dataclass(frozen=True)
class Edit:
    """An edit of an issue's body, by `sender`, at `time` in seconds since the epoch.

    `rerun_by` answers for it where its job is run again, empty for nobody; None in a first run.
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

    `refused` has the names that the sender may not promote to, each with the reason; `held` those that who
    ran the job again may not. `versions` are main's; `changed` are the environments that main has given
    another version since the edit. `proposed` are those that the promotion's branch proposes. `known` are the
    decisions that were recorded.
    `is_gone` says that the tip does not have the artifact any more.
    """

    body: str
    versions: Mapping[str, str] = field(default_factory=dict)
    proposed: Collection[str] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    changed: Collection[str] = ()
    known: Sequence[Decision] = ()
    held: Mapping[str, str] = field(default_factory=dict)
    is_gone: bool = False


@dataclass(frozen=True)
class Outcome:
    """`actions` in order. `decisions` are to be recorded and followed, None where nothing is to be proposed.

    `undone` says what the actions undo and why; `notices` what people should know beside that. `refused` says
    that somebody asked for what is not done, so that the job is to fail.
    """

    actions: tuple[Action, ...] = ()
    decisions: tuple[Decision, ...] | None = None
    undone: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    refused: bool = False


@dataclass(frozen=True)
class PhaseOrder:
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

    def ordered(self, environments: Collection[str]) -> tuple[str, ...]:
        return tuple(environment for environment in self.environments if environment in environments)


def nothing(why: str) -> Outcome:
    return Outcome(notices=(f"nothing was applied: {why}",))


def take_back(groups: Iterable[tuple[Collection[str], str]], occasion: str, rules: PhaseOrder) -> Outcome:
    """Untick groups of environments, each for a reason, and then say why, once for each occasion."""
    actions: list[Action] = []
    notes: list[Action] = []
    undone: list[str] = []
    for environments, reason in groups:
        if listed := rules.ordered(environments):
            actions.append(Untick(frozenset(listed)))
            notes.append(Note(about_taking_back(reason, occasion), say.unticked(listed, reason)))
            undone += [f"{environment}: {reason}" for environment in listed]
    return Outcome((*actions, *notes), undone=tuple(undone))


def about_taking_back(reason: str, occasion: str) -> tuple[str, ...]:
    """What a note is about that says why boxes were unticked."""
    return "taken back", reason, occasion
