"""Does all pending work, after a lost event or a failed run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from flux.environments.converge import Convergence, converge
from flux.errors import ContentError, FluxError, RequestError
from flux.listing import counted
from flux.monorepo.builder import Build, Builder
from flux.monorepo.commit_artifacts import Sources
from flux.monorepo.desired import choose, desired_at
from flux.monorepo.due_releases import due_releases, news
from flux.monorepo.first_parents import changed_between
from flux.monorepo.followers import lagging
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.publishing import publish_release, release_tag
from flux.monorepo.releases import Released, by_artifact, name_stray, tell_apart
from flux.monorepo.tip_settings import require_current_settings
from flux.monorepo.vouching import Vouching
from flux.promotion.plan import Action, Step
from flux.promotion.proposal import Promotion
from flux.proposals.advance import Advance
from flux.proposals.applied import Applied
from flux.proposals.apply import Applier
from flux.proposals.issues import PromotionIssues
from flux.proposals.new_issue import Opened, open_issue
from flux.proposals.sync import Sync, Syncer
from flux.registry.target import Manifest
from flux.working import Working, silently

_MOST_NAMED = 5


@dataclass(frozen=True)
class Reconciled:
    """The work that was done. `errors` are the failures, each with its subject.

    `digests` has the images to sign, as `repository@digest`, no matter who pushed them and when. The key of
    the tip's image is the artifact. The key of the newest release and of desired versions is the artifact and
    the version. Each image has been compared with git.
    """

    repaired: list[str] = field(default_factory=list)
    errors: list[tuple[str, FluxError]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)
    missing: list[Step] = field(default_factory=list)
    """The tags that cannot move because their version is not published."""

    @property
    def failed(self) -> bool:
        return bool(self.errors or self.missing)


class Reconciler:
    """Does the pending work in order. If one part fails, the others are still done."""

    def __init__(self, monorepo: Monorepo) -> None:
        self._monorepo = monorepo
        self._git = monorepo.git
        self._settings = monorepo.settings
        self._forge = monorepo.forge
        self._vouching = Vouching(monorepo)
        self._done = Reconciled()

    def reconcile(self, working: Working = silently) -> Reconciled:
        """Do all pending work. Raises TipUnknownError if the tip cannot be fetched."""
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
                    self._done.errors.append((about, error))
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
                self._fail(result.artifact, result.error)
            elif result.action in ("pushed", "tagged"):
                self._did(f"{result.artifact}: {result.action} {', '.join(result.tags)}")

    def _publish(self, tip: str) -> None:
        """Publish releases that the registry does not have, or that following tags do not point to yet."""
        missing, there = [], []
        desired = desired_at(self._monorepo, tip)
        _, stray = tell_apart(self._monorepo, choose(self._monorepo, desired, []))
        self._name(stray)
        for released, manifest in due_releases(self._monorepo, desired, self._fail):
            if manifest is None:
                missing.append(released)
            elif self._is_vouched(released, manifest):
                self._note(released, manifest.digest)
                there.append(released)
                if lagging(self._monorepo, released.artifact, released.version, manifest.digest):
                    missing.append(released)
        missing.sort(key=lambda released: released.version, reverse=True)
        missing.sort(key=lambda released: released.artifact)
        refused = [said for released in missing if (said := self._publish_one(released))]
        self._done.notices.extend(refused[:_MOST_NAMED])
        if more := len(refused[_MOST_NAMED:]):
            self._done.notices.append(f"{counted(more, 'more release')} cannot be published")
        self._release_tags(there)

    def _name(self, stray: Sequence[Released]) -> None:
        """Report release tags that are not valid releases. If the newest one has an image, it is an error."""
        self._done.notices.extend(name_stray(self._monorepo, stray))
        for released in by_artifact(stray).values():
            try:
                target = self._monorepo.registry.repository(released.artifact)
                if manifest := target.fetch_manifest(str(released.version)):
                    self._is_vouched(released, manifest)
            except FluxError as error:
                self._fail(released.tag, error)

    def _publish_one(self, released: Released) -> str:
        """Publish a release. Return why it can never be published, or else an empty text."""
        try:
            published = publish_release(self._monorepo, released.tag)
        except (RequestError, ContentError) as refusal:
            return f"{released.tag} cannot be published: {refusal.message}"
        except FluxError as error:
            self._fail(released.tag, error)
            return ""
        result = published.result
        if result and result.error:
            self._fail(released.tag, result.error)
        elif result:
            if result.action != "unchanged":
                self._did(f"{released.tag}: {result.action}")
            self._note(released, result.digest)
        self._did(*published.notices)
        if published.unreleased:
            self._fail(released.tag, published.unreleased)
        return ""

    def _release_tags(self, published: Sequence[Released]) -> None:
        """Make releases for tags that were pushed without one, if the settings ask for it."""
        if not self._settings.create_release:
            return
        made = {release.tag for release in self._forge.releases()}
        for released in published:
            try:
                if released.tag not in made and release_tag(self._monorepo, released):
                    self._did(f"{released.tag}: released from the tag")
            except FluxError as error:
                self._fail(released.tag, error)

    def _is_vouched(self, released: Released, manifest: Manifest) -> bool:
        """Whether the image of a version in the registry is the one that git builds for its release."""
        if self._is_the_tips(released, manifest.digest):
            return True
        error = self._vouching.fault(released.artifact, str(released.version), manifest)
        if error:
            self._fail(released.tag, error)
        return error is None

    def _is_the_tips(self, released: Released, digest: str) -> bool:
        """Whether an image was compared with the tip, and the release has the same files as the tip."""
        artifact = released.artifact
        if self._done.digests.get(artifact) != self._image(artifact, digest):
            return False
        try:
            commit = self._vouching.release_commit(artifact, str(released.version))
        except FluxError:
            return False  # the check that follows says why
        return not changed_between(self._monorepo, commit, self._monorepo.tip, artifact)

    def _open_issues(self, tip: str) -> None:
        """Open the missing issues of new releases."""
        due = news(self._monorepo, desired_at(self._monorepo, tip))
        had = {promotion for _, promotion in PromotionIssues(self._monorepo).all()} if due else set()
        for release in due:
            if Promotion(release.artifact, str(release.version)) not in had:
                self._open_issue(release.tag)

    def _open_issue(self, tag: str) -> None:
        try:
            opened: Opened = open_issue(self._monorepo, tag)
        except (RequestError, ContentError) as refusal:
            self._done.notices.append(f"{tag} has no promotion issue: {refusal.message}")
            return
        if opened.action == "opened" and opened.issue:
            self._did(f"{tag}: opened issue {opened.issue.number}")

    def _apply(self, tip: str) -> None:
        applier = Applier(self._monorepo)
        # If the forge names the author of each edit, that author is responsible. Here there is no author.
        act = applier.expire if self._forge.tells_edits else applier.apply_all
        for issue, promotion in applier.issues.all():
            if not issue.open and (not self._forge.tells_edits or applier.is_over(issue, promotion)):
                continue
            try:
                if applier.issues.disagreement(issue, promotion):
                    continue  # `sync` reports it
                if applier.mend(issue, promotion):
                    self._did(f"issue {issue.number}: restored its marker")
                    continue
                applied: Applied = act(issue, promotion)
            except FluxError as error:
                self._fail(f"issue {issue.number}", error)
                continue
            self._did(*(f"issue {issue.number}: {undone}" for undone in applied.undone))
            if applied.proposed and applied.proposed.action in ("opened", "updated", "closed"):
                self._did(f"issue {issue.number}: {applied.proposed.action} {promotion.branch}")

    def _tag(self, tip: str) -> None:
        convergence: Convergence = converge(self._monorepo, [], vouching=self._vouching, thorough=True)
        told = self._told
        for step in convergence.steps:
            if step.fault and step.fault.message in told:
                continue
            if step.fault and step.action == Action.HELD:
                self._done.notices.append(f"{step.name}: {step.fault.message}")
            elif step.action == Action.MISSING:
                self._done.missing.append(step)
            elif step.fault:
                self._fail(step.name, step.fault)
            elif step.action in (Action.MOVED, Action.MOVE):
                self._did(f"{step.artifact}:{step.environment}: {step.action} to {step.version}")

    def _advance(self, tip: str) -> None:
        """Do what the rules allow now, and read what clusters report."""
        if not self._settings.has_progress:
            return
        advance = Advance(self._monorepo, vouching=self._vouching)
        advanced = advance.advance(advance.in_motion())
        self._did(*advanced.done)
        self._done.notices.extend(advanced.notices)
        told = self._told
        for about, error in advanced.errors:
            if error.message not in told:
                self._fail(about, error)

    def _sync(self, tip: str) -> None:
        syncer = Syncer(self._monorepo)
        synced: Sync = syncer.sync()
        self._done.notices.extend(synced.notices)
        for one in synced.promotions:
            about = f"{one.promotion.artifact} {one.promotion.version}"
            if one.error:
                self._fail(about, one.error)
            self._did(*(f"{about}: {text}" for text in one.repaired))

    def _note(self, released: Released, digest: str | None) -> None:
        if digest:
            about = f"{released.artifact} {released.version}"
            self._done.digests[about] = self._image(released.artifact, digest)

    def _image(self, artifact: str, digest: str) -> str:
        return f"{self._monorepo.registry.name(artifact)}@{digest}"

    def _did(self, *what: str) -> None:
        self._done.repaired.extend(what)

    @property
    def _told(self) -> set[str]:
        return {error.message for _, error in self._done.errors}

    def _fail(self, about: str, error: FluxError) -> None:
        self._done.errors.append((about, error))
