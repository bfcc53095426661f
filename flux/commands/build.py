"""Build artifacts from a commit and push them under its commit tag and `latest`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from flux.artifact.image import Revision
from flux.errors import FluxError, GitError, RegistryUnreachableError, TipUnknownError
from flux.event import Push
from flux.monorepo.changed import find_changed, require_commit
from flux.monorepo.image_result import ImageAction, ImageResult
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.sources import Source, Sources
from flux.parallel import in_parallel
from flux.registry.push import push

LATEST = "latest"
_WRITTEN = (ImageAction.PUSHED, ImageAction.TAGGED)


@dataclass(frozen=True)
class Build:
    """The results in the order of the artifacts, and what else people should know."""

    commit: str
    results: list[ImageResult]
    notices: list[str] = field(default_factory=list)

    @property
    def failed(self) -> list[ImageResult]:
        return [result for result in self.results if result.error]

    def digests(self) -> dict[str, str]:
        return {r.artifact: f"{r.repository}@{r.digest}" for r in self.results if r.digest}


def plan_build(
    monorepo: Monorepo,
    names: Sequence[str],
    changed: bool,
    since: str | None,
) -> "Builder":
    """Choose the commit and the artifacts: those named, those changed, or all.

    Raises RequestError for a name that is no artifact.
    """
    found = find_changed(monorepo, since) if changed else None
    change = monorepo.event.change
    pushed = change.after if isinstance(change, Push) and since is None else None
    if pushed:
        require_commit(monorepo, pushed)
    sources = Sources(monorepo, pushed or monorepo.git.head())
    chosen = [name for name in sources.choose(names) if found is None or name in found.reasons]
    notices = list(found.notices) if found else []
    if found is None and not chosen:
        notices.append(
            f"there are no artifacts in {monorepo.settings.sources}: is the setting `sources` right?"
        )
    return Builder(monorepo, sources, chosen, notices)


class Builder:
    """Builds artifacts as one commit has them, and pushes them to one registry."""

    def __init__(
        self,
        monorepo: Monorepo,
        sources: Sources,
        names: Sequence[str],
        notices: Sequence[str],
    ) -> None:
        self.names = names
        self._notices = list(notices)
        self._monorepo = monorepo
        self._settings = monorepo.settings
        self._registry = monorepo.registry
        self._sources = sources
        self._unreachable: RegistryUnreachableError | None = None

    def build(self, on_result: Callable[[ImageResult], object]) -> Build:
        """Build and push each artifact; the failure of one leaves the others unharmed.

        `on_result` is called as each is done. Raises HistoryMissingError before anything is pushed.
        """
        if not self.names:
            return Build(self._sources.commit, [], self._notices)
        tip = self._tip()
        revisions = self._sources.revisions(self.names)
        at_tip = self._revisions_at(tip, self.names) if tip else {}
        results: dict[str, ImageResult] = {}
        for result in in_parallel(
            self._settings.jobs,
            lambda source: self._one(source, revisions[source.artifact], at_tip.get(source.artifact)),
            self._sources.load(self.names),
        ):
            results[result.artifact] = result
            on_result(result)
        if tip:
            results |= self._settle([r for r in results.values() if not r.error], tip, at_tip)
        return Build(self._sources.commit, [results[name] for name in self.names], self._notices)

    def _tip(self) -> str | None:
        try:
            return self._monorepo.tip
        except TipUnknownError as unknown:
            self._notices.append(f"`{LATEST}` stays where it is: {unknown.message}")
            return None

    def _revisions_at(self, commit: str, names: Sequence[str]) -> dict[str, Revision]:
        return Sources(self._monorepo, commit).revisions(names)

    def _one(self, source: Source, revision: Revision, at_tip: Revision | None) -> ImageResult:
        moves_latest = revision == at_tip
        tags = [revision.tag, *([LATEST] if moves_latest else [])]
        result = ImageResult(
            source.artifact,
            self._registry.name(source.artifact),
            f"{self._settings.branch}@sha1:{revision.commit}",
        )
        try:
            if self._unreachable:
                raise self._unreachable
            image = self._sources.image(source, revision)
            pushed = push(self._registry.publisher(source.artifact), image, tags)
        except FluxError as error:
            if isinstance(error, RegistryUnreachableError):
                self._unreachable = error
            return result.failed(error)
        action = ImageAction(pushed.action)
        if action == ImageAction.UNCHANGED and not moves_latest:
            action = ImageAction.KEPT
        return replace(result, digest=pushed.digest, diff_id=image.diff_id, tags=tuple(tags), action=action)

    def _settle(
        self, results: list[ImageResult], tip: str, revisions: dict[str, Revision]
    ) -> dict[str, ImageResult]:
        """Look at the tip again: where it went on meanwhile, `latest` belongs to what a newer run has pushed.

        Returns the results that are no longer true.
        """
        moved = {r.artifact: r for r in results if LATEST in r.tags and r.action in _WRITTEN}
        altered: dict[str, ImageResult] = {}
        try:
            while moved and (now := self._monorepo.newest_tip()) != tip:
                tip, before = now, revisions
                revisions = self._revisions_at(now, list(moved))
                for name, revision in revisions.items():
                    if revision != before.get(name):
                        altered |= self._give_latest(moved[name], revision)
        except GitError as unknown:
            self._notices.append(f"`{LATEST}` was moved, but now {unknown.message}; build again to be sure")
        return altered

    def _give_latest(self, result: ImageResult, revision: Revision) -> dict[str, ImageResult]:
        publisher = self._registry.publisher(result.artifact)
        try:
            newer = publisher.target.fetch_manifest(revision.tag)
            if newer is None:
                return {}  # the newer run has yet to push it, and moves `latest` then
            publisher.tag(newer, LATEST)
        except FluxError as error:
            return {result.artifact: result.failed(error)}
        tags = tuple(tag for tag in result.tags if tag != LATEST)
        return {result.artifact: replace(result, tags=tags)}
