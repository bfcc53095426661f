"""Moves the environment tags in the registry to the desired versions at the tip."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flux.errors import GitError
from flux.monorepo.desired import choose_artifacts, desired_at
from flux.monorepo.drift import Looked, Reach, look
from flux.monorepo.environment_tags import look_again, move_tags
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.tip_settings import require_current_settings
from flux.notice import AnyNotice
from flux.parallel import meanwhile
from flux.promotion.desired import Desired
from flux.promotion.plan import Action, Step
from flux.promotion.tag_moves import Moves, is_elsewhere
from flux.working import Working, silently

if TYPE_CHECKING:
    from flux.monorepo.vouching import Vouching
    from flux.proposals.deployments import Recorder
    from flux.registry.target import Manifest

OnPlan = Callable[[str, list[Step]], object]
"""A function that gets the tip and the planned steps before they are carried out."""

_MOST_ROUNDS = 5


@dataclass(frozen=True)
class Convergence:
    """The tags of all environments at one tip, in the order of the desired state."""

    tip: str
    steps: list[Step]
    notices: list[AnyNotice] = field(default_factory=list)

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
    """Move the tags that differ, of the named artifacts or of all: look, plan, act, look again.

    A tag moves only to the image that git builds for the release of that version. With `thorough`, images
    that are already in place are also compared with git.

    If the desired state at the tip has changed meanwhile, this starts again. So, of two concurrent runs, the
    one with the newer tip acts last. It also starts again for artifacts whose tags did not stay. The tip is
    fetched again only after a tag was moved.

    Raises TipUnknownError if the tip cannot be fetched, and OutdatedSettingsError if the tip has other
    settings. Then nothing was moved.
    """
    run = _ConvergenceRun(monorepo, names, working, vouching, thorough)
    for _ in range(_MOST_ROUNDS):
        looked = run.look()
        planned = [step for each in looked for step in each.steps]
        on_plan(run.tip, planned)
        if monorepo.dry_run:
            run.pretend(looked)
            return Convergence(run.tip, planned, [*_left(planned)])
        run.act(looked)
        if not run.due:
            break
    return run.done()


class _ConvergenceRun:
    """One run. `due` are the artifacts to look at. `tip` is the commit with the desired state."""

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
        """Hold the steps that the rules do not allow yet, and return all steps."""
        moves = any(step.action == Action.MOVE for each in looked for step in each.steps)
        if not moves or not _may_hold(self._monorepo):
            return looked
        from flux.proposals.held_tags import HeldTags

        return HeldTags(self._monorepo).hold(looked)

    def _begin(self, step: Step, manifest: Manifest) -> Callable[[], object]:
        """Record a move, if there are rules or clusters that use the record."""
        if not self._monorepo.settings.has_progress:
            return lambda: None
        if self._recorder is None:
            from flux.proposals.deployments import Recorder

            self._recorder = Recorder(self._monorepo)
        return self._recorder.begin(step, manifest)

    def pretend(self, looked: Sequence[Looked]) -> None:
        """Move the tags in the simulated registry of a dry run. Later steps plan with the result."""
        move_tags(self._monorepo, self._reach, looked, lambda done: None)

    def act(self, looked: Sequence[Looked]) -> None:
        """Carry out the steps, look at the tags again, and update `due`."""
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
        """Return the result. Raises GitError if the desired state at the tip changed in each round."""
        if self._unfinished:
            raise GitError(
                f"the tip moved on {_MOST_ROUNDS} times while its tags were moved", "run `inv tag` again"
            )
        superseded, final = self._moves.superseded(), self._moves.final()
        notices: list[AnyNotice] = [
            *_moved_before(superseded, self._monorepo.settings.branch, self.tip),
            *_left(final),
        ]
        notices += self._recorder.notices if self._recorder else []
        return Convergence(self.tip, [*superseded, *final], notices)

    def _look_again(self, acted: Sequence[Step]) -> tuple[list[Step], str]:
        """Return the present tags and the tip. If nothing was moved, neither is read again."""
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


def _desired_of(monorepo: Monorepo, commit: str, names: Collection[str]) -> Desired:
    """Return the desired versions at a commit, of the named artifacts or all. An artifact may have none."""
    require_current_settings(monorepo)
    desired = desired_at(monorepo, commit)
    return {name: desired.get(name, {}) for name in choose_artifacts(monorepo, desired, names)}


def _moved_before(superseded: Iterable[Step], branch: str, tip: str) -> list[str]:
    moved = [f"{step.name} to {step.version}" for step in superseded]
    return [f"moved before {branch} went on to {tip[:12]}: {', '.join(moved)}"] if moved else []


def _left(steps: Iterable[Step]) -> list[str]:
    left = [step.name for step in steps if step.action == Action.LEFT]
    if not left:
        return []
    return [f"the desired state has no version for {', '.join(left)}: these tags stay"]
