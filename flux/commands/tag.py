"""Move the environment tags in the registry to the desired versions at the tip."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flux.errors import GitError
from flux.monorepo.desired import choose, desired_at
from flux.monorepo.drift import Looked, Reach, look
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.moving import look_again, move_tags
from flux.monorepo.outdated import require_current_settings
from flux.parallel import meanwhile
from flux.promotion.desired import Desired
from flux.promotion.moves import Moves, is_elsewhere
from flux.promotion.plan import Action, Step
from flux.working import Working, silently

if TYPE_CHECKING:
    from flux.monorepo.vouching import Vouching
    from flux.proposals.recording import Recorder
    from flux.registry.target import Manifest

OnPlan = Callable[[str, list[Step]], object]
"""Is told of the tip and of what is about to be done, before it is."""

_MOST_ROUNDS = 5


@dataclass(frozen=True)
class Convergence:
    """The tag of every environment, in the order of the desired state, at one tip."""

    tip: str
    steps: list[Step]
    notices: list[str] = field(default_factory=list)

    @property
    def failed(self) -> list[Step]:
        return [step for step in self.steps if step.fault]


def converge(
    monorepo: Monorepo,
    names: Collection[str],
    working: Working = silently,
    on_plan: OnPlan = lambda tip, steps: None,
    vouching: Vouching | None = None,
    thorough: bool = False,
) -> Convergence:
    """Move the tags that differ, of the artifacts named or of all: look, plan, act, look again.

    A tag moves only to what git builds for the release of that version. With `thorough`, the images that are
    in place are compared with git too.

    All is done again where the tip desires something else by then, so that of two runs the one that knows
    more is the last. It is done again too for artifacts whose tags did not stay. The tip is asked for again
    only after something was moved.

    Raises TipUnknownError where the tip cannot be fetched, and OutdatedSettingsError where the tip has other
    settings. Then nothing was moved.
    """
    run = _Run(monorepo, names, working, vouching, thorough)
    for _ in range(_MOST_ROUNDS):
        looked = run.look()
        planned = [step for each in looked for step in each.steps]
        on_plan(run.tip, planned)
        if monorepo.dry_run:
            run.pretend(looked)
            return Convergence(run.tip, planned, _left(planned))
        run.act(looked)
        if not run.due:
            break
    return run.done()


class _Run:
    """One run. `due` are the artifacts that have to be looked at, `tip` is the commit that desires it."""

    def __init__(
        self,
        monorepo: Monorepo,
        names: Collection[str],
        working: Working,
        vouching: Vouching | None,
        thorough: bool,
    ) -> None:
        self._monorepo = monorepo
        self._vouching = vouching
        self._thorough = thorough
        self._names = names
        self._working = working
        self._reach = Reach()
        self._moves = Moves()
        self._unfinished = False
        self._recorder: Recorder | None = None
        self.tip = monorepo.tip
        self._desired = _desired_of(monorepo, self.tip, names)
        self.due = list(self._desired)

    def look(self) -> list[Looked]:
        with self._working("looking", len(self.due)) as on_done:
            looked = look(
                self._monorepo,
                self.due,
                self._desired,
                on_done,
                self._reach,
                vouching=self._vouching,
                thorough=self._thorough,
            )
        return self._held(looked)

    def _held(self, looked: list[Looked]) -> list[Looked]:
        """The steps. Those that the rules do not allow yet are held."""
        moves = any(step.action == Action.MOVE for each in looked for step in each.steps)
        if not moves or not _may_hold(self._monorepo):
            return looked
        from flux.proposals.holding import Holding

        return Holding(self._monorepo).hold(looked)

    def _begin(self, step: Step, manifest: Manifest) -> Callable[[], object]:
        """Record a move, where promotions are followed any further."""
        if not self._monorepo.settings.has_progress:
            return lambda: None
        if self._recorder is None:
            from flux.proposals.recording import Recorder

            self._recorder = Recorder(self._monorepo)
        return self._recorder.begin(step, manifest)

    def pretend(self, looked: Sequence[Looked]) -> None:
        """Let the registry of a dry run have what would move, for what is planned after it."""
        move_tags(self._monorepo, self._reach, looked, lambda done: None)

    def act(self, looked: Sequence[Looked]) -> None:
        """Do what is due, look at it again, and find what is due then."""
        with self._working("tagging", len(self.due)) as on_done:
            acted = move_tags(self._monorepo, self._reach, looked, on_done, self._begin)
        self._moves.acted(acted)
        try:
            seen, tip = self._look_again(acted)
        finally:
            if self._recorder:
                self._recorder.finish()
        self._moves.seen(seen)
        self.due = list(dict.fromkeys(step.artifact for step in seen if is_elsewhere(step)))
        self._unfinished = False
        if tip != self.tip:
            self._follow(tip)

    def done(self) -> Convergence:
        """Raises GitError if the desired state at the tip changed each time."""
        if self._unfinished:
            raise GitError(
                f"the tip moved on {_MOST_ROUNDS} times while its tags were moved", "run `inv tag` again"
            )
        superseded, final = self._moves.superseded(), self._moves.final()
        notices = [*_moved_before(superseded, self._monorepo.settings.branch, self.tip), *_left(final)]
        notices += self._recorder.notices if self._recorder else []
        return Convergence(self.tip, [*superseded, *final], notices)

    def _look_again(self, acted: Sequence[Step]) -> tuple[list[Step], str]:
        """How the tags are now, and the tip. Neither is asked for where nothing was moved."""
        if not any(step.action == Action.MOVED for step in acted):
            return list(acted), self.tip
        with meanwhile(self._monorepo.newest_tip) as newest:
            return look_again(self._monorepo, self._reach, acted), newest()

    def _follow(self, tip: str) -> None:
        """Continue with another tip. Start again if its desired state differs."""
        self.tip = tip
        newer = _desired_of(self._monorepo, tip, self._names)
        if newer != self._desired:
            self._desired, self.due = newer, list(newer)
            self._moves.begin_again()
            self._unfinished = bool(newer)


def _may_hold(monorepo: Monorepo) -> bool:
    """Whether a rule or a freeze could hold a tag back."""
    from flux.promotion.gates.freeze import freezes_path

    path = freezes_path(monorepo.settings.releaseconfig)
    return monorepo.settings.has_rules or monorepo.git.file(monorepo.tip, path) is not None


def _desired_of(monorepo: Monorepo, tip: str, names: Collection[str]) -> Desired:
    """The desired versions at a commit, of the named artifacts or of all. An artifact may have none."""
    require_current_settings(monorepo)
    desired = desired_at(monorepo, tip)
    return {name: desired.get(name, {}) for name in choose(monorepo, desired, names)}


def _moved_before(superseded: Iterable[Step], branch: str, tip: str) -> list[str]:
    moved = [f"{step.name} to {step.version}" for step in superseded]
    return [f"moved before {branch} went on to {tip[:12]}: {', '.join(moved)}"] if moved else []


def _left(steps: Iterable[Step]) -> list[str]:
    left = [step.name for step in steps if step.action == Action.LEFT]
    if not left:
        return []
    return [f"the desired state has no version for {', '.join(left)}: these tags stay"]
