"""Does all pending work, after a lost event or a failed run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flux.environments.converge import Convergence, converge
from flux.errors import FluxError
from flux.monorepo.builder import Build, Builder
from flux.monorepo.commit_artifacts import Sources
from flux.monorepo.image_result import ImageAction
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.observe_mode import Observed, observe_images, observe_steps
from flux.monorepo.obtained_lines import obtain_lines
from flux.monorepo.publish_due import DuePublisher
from flux.monorepo.tip_settings import require_current_settings
from flux.monorepo.vouching import Vouching
from flux.monorepo.work import Work
from flux.notice import Notice
from flux.promotion.plan import Action, Step
from flux.proposals.advance import Advance
from flux.proposals.due_issues import apply_due_issues, open_due_issues
from flux.proposals.sync import Sync, Syncer
from flux.working import Working, silently


@dataclass(frozen=True)
class Reconciled(Work):
    """The work that was done. In a dry run, it has no digests."""

    missing: list[Step] = field(default_factory=list)
    """The tags that cannot move because their version is not published."""
    observed: list[Observed] = field(default_factory=list)
    """The tags of an earlier system, in the mode `observe`."""

    @property
    def failed(self) -> bool:
        return bool(self.errors or self.missing)


class Reconciler:
    """Does the pending work in order. If one part fails, the others are still done.

    Raises RequestError or ForgeError if the forge cannot be opened. Then nothing is done.
    """

    def __init__(self, monorepo: Monorepo) -> None:
        monorepo.require_forge()
        self._monorepo = monorepo
        self._vouching = Vouching(monorepo)
        self._done = Reconciled()

    def reconcile(self, working: Working = silently) -> Reconciled:
        """Do all pending work. Raises TipUnknownError if the tip cannot be fetched."""
        obtain_lines(self._monorepo, merged=True)
        require_current_settings(self._monorepo)
        tip = self._monorepo.tip
        stages: Mapping[str, Callable[[str], None]] = {
            "build": self._build,
            "publish": self._publish,
            "issue": self._open_issues,
            "ticks": self._apply,
            "tag": self._tag,
            "rules": self._advance,
            "sync": self._sync,
        }
        with working("reconciling", len(stages)) as on_done:
            for about, stage in stages.items():
                try:
                    stage(tip)
                except FluxError as error:
                    self._done.fail(about, error)
                on_done(about)
        if self._monorepo.dry_run:
            self._done.digests.clear()  # these images may not exist
        return self._done

    def _build(self, tip: str) -> None:
        sources = Sources(self._monorepo, tip)
        builder = Builder(self._monorepo, sources, sources.choose([]), [], thorough=True)
        built: Build = builder.build(lambda result: None)
        self._done.notices.extend(built.notices)
        self._done.digests.update(built.digests())
        for result in built.results:
            if result.error:
                self._done.fail(result.artifact, result.error)
            elif result.action in (ImageAction.PUSHED, ImageAction.TAGGED):
                self._done.did(f"{result.artifact}: {result.action} {', '.join(result.tags)}")
        if self._monorepo.settings.observes:
            self._done.observed.extend(observe_images(self._monorepo, built.results))

    def _publish(self, tip: str) -> None:
        DuePublisher(self._monorepo, self._vouching, self._done).publish(tip)

    def _open_issues(self, tip: str) -> None:
        open_due_issues(self._monorepo, tip, self._done)

    def _apply(self, tip: str) -> None:
        apply_due_issues(self._monorepo, self._done)

    def _tag(self, tip: str) -> None:
        convergence: Convergence = converge(self._monorepo, [], vouching=self._vouching, thorough=True)
        told = self._done.told
        for step in convergence.steps:
            if step.fault and step.fault.message in told:
                continue
            if step.fault and step.action == Action.HELD:
                self._done.notices.append(Notice(step.fault, step.name))
            elif step.action == Action.MISSING:
                self._done.missing.append(step)
            elif step.fault:
                self._done.fail(step.name, step.fault)
            elif step.action in (Action.MOVED, Action.MOVE):
                self._done.did(f"{step.artifact}:{step.environment}: {step.action} to {step.version}")
        if self._monorepo.settings.observes:
            self._done.observed.extend(observe_steps(convergence.steps))

    def _advance(self, tip: str) -> None:
        """Do what the rules allow now, and read what clusters report."""
        if not self._monorepo.settings.has_progress:
            return
        advance = Advance(self._monorepo, vouching=self._vouching)
        advanced = advance.advance(advance.in_motion())
        self._done.did(*advanced.done)
        self._done.notices.extend(advanced.notices)
        told = self._done.told
        for about, error in advanced.errors:
            if error.message not in told:
                self._done.fail(about, error)

    def _sync(self, tip: str) -> None:
        syncer = Syncer(self._monorepo)
        synced: Sync = syncer.sync()
        self._done.notices.extend(synced.notices)
        for one in synced.promotions:
            about = f"{one.promotion.artifact} {one.promotion.version}"
            if one.error:
                self._done.fail(about, one.error)
            self._done.did(*(f"{about}: {text}" for text in one.repaired))
