"""Builds the artifacts of one commit, and pushes them under its commit tag and `latest`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from flux.artifact.changes import last_changes
from flux.artifact.image import Image
from flux.artifact.revision import Revision
from flux.errors import ContentError, FluxError, RegistryUnreachableError, TipUnknownError
from flux.monorepo.commit_artifact import Source
from flux.monorepo.commit_artifacts import Sources
from flux.monorepo.first_parents import walk_first_parents
from flux.monorepo.image_result import ImageAction, ImageResult
from flux.monorepo.latest import moving_tags, named, settle_latest
from flux.monorepo.monorepo import Monorepo
from flux.notice import AnyNotice, Notice
from flux.parallel import Room, in_parallel
from flux.registry.push import push

_MOST_HELD = 16 << 20
"""The most bytes of layers that wait to be pushed. A single layer may be larger."""


@dataclass(frozen=True)
class Build:
    """The results in the order of the artifacts, and notices for people."""

    commit: str
    results: list[ImageResult]
    notices: list[AnyNotice] = field(default_factory=list)

    @property
    def failed(self) -> list[ImageResult]:
        return [result for result in self.results if result.error]

    @property
    def changed(self) -> list[ImageResult]:
        return [result for result in self.results if result.action is not ImageAction.UNCHANGED]

    def digests(self) -> dict[str, str]:
        return {r.artifact: f"{r.repository}@{r.digest}" for r in self.results if r.digest}


class Builder:
    """Builds the named artifacts of one commit, and pushes them to the registry.

    With `thorough`, it checks every tag, even if `latest` is right.
    """

    def __init__(
        self,
        monorepo: Monorepo,
        sources: Sources,
        names: Sequence[str],
        notices: Sequence[AnyNotice],
        thorough: bool = False,
        *,
        everything: bool = False,
    ) -> None:
        self.names = names
        self._everything = everything
        self._notices = list(notices)
        self._thorough = thorough
        self._monorepo = monorepo
        self._settings = monorepo.settings
        self._registry = monorepo.registry
        self._sources = sources
        self._room = Room(_MOST_HELD)
        self._unreachable: RegistryUnreachableError | None = None
        self._moving: tuple[str, ...] = ()

    def build(self, on_result: Callable[[ImageResult], object]) -> Build:
        """Build and push each artifact. If one fails, the others are still pushed.

        `on_result` is called after each artifact. Raises HistoryMissingError before it pushes anything.
        """
        if not self.names:
            return Build(self._sources.commit, self._refused(), self._notices)
        tip = self._tip()
        revisions = self._sources.revisions(self.names)
        tip, at_tip = self._at_tip(tip, revisions)
        if tip:
            self._moving, frozen = moving_tags(self._monorepo)
            self._notices += frozen
        results: dict[str, ImageResult] = {}
        for result in in_parallel(
            self._settings.jobs,
            lambda built: self._push(*built, at_tip.get(built[0])),
            self._images(revisions),
        ):
            results[result.artifact] = result
            on_result(result)
        if tip:
            results |= self._settle(results, tip, at_tip)
        built = [results[name] for name in self.names]
        return Build(self._sources.commit, [*built, *self._refused()], self._notices)

    def _refused(self) -> list[ImageResult]:
        """Return failed results for artifacts that clash or that are symlinks or submodules."""
        if not self._everything:
            return []
        refused: dict[str, FluxError] = {**self._sources.clashes(), **self._sources.refused()}
        return [
            ImageResult(name, self._registry.name(name), "").failed(error) for name, error in refused.items()
        ]

    def _tip(self) -> str | None:
        try:
            return self._monorepo.tip
        except TipUnknownError as unknown:
            self._stays(unknown)
            return None

    def _stays(self, error: FluxError) -> None:
        if self._settings.moving:
            self._notices.append(Notice(error, f"{named(self._monorepo)} stays where it is"))

    def _at_tip(
        self, tip: str | None, revisions: Mapping[str, Revision]
    ) -> tuple[str | None, dict[str, Revision]]:
        """Return the tip, and the revisions at the tip of artifacts that may have the same revision there.

        The tip is None if its settings cannot be read.
        """
        if tip is None or tip == self._sources.commit:
            return tip, dict(revisions) if tip else {}
        at_tip = Sources(self._monorepo, tip)
        try:
            at_tip.layout  # noqa: B018 (reads the settings)
            # A commit that is not on the tip's line cannot be a revision there: do not search for it.
            off = self._monorepo.git.off_line({one.commit for one in revisions.values()}, tip)
            there = {name: one for name, one in revisions.items() if one.commit not in off}
            return tip, there | self._changed_after(there, tip)
        except ContentError as error:
            self._stays(error)
            return None, {}

    def _changed_after(self, revisions: Mapping[str, Revision], tip: str) -> dict[str, Revision]:
        """Return the newer revisions that artifacts have at the tip. The given ones are on the tip's line."""
        commits = {revision.commit for revision in revisions.values()}
        # The line back from here is also that of the commit being built: nothing else changed there.
        newest = next((commit for commit in self._monorepo.git.first_parents(tip) if commit in commits), None)
        if newest is None:
            return {}
        names = list(revisions)
        return last_changes(walk_first_parents(self._monorepo, tip, names, until=newest), names)

    def _images(self, revisions: Mapping[str, Revision]) -> Iterator[tuple[str, Revision, Image | FluxError]]:
        """Yield each artifact with its revision, and with its image or the error."""
        sources = self._sources.load(self.names)
        steps = [source for source in sources if source.has_step]
        plain = [source for source in sources if not source.has_step]
        with self._sources.reading(plain):
            for source in plain:
                revision = revisions[source.artifact]
                yield source.artifact, revision, self._image(source, revision)
        for name, made in in_parallel(self._settings.jobs, lambda one: self._made(one, revisions), steps):
            image = made if isinstance(made, FluxError) else self._image(made, revisions[name])
            yield name, revisions[name], image

    def _made(self, source: Source, revisions: Mapping[str, Revision]) -> tuple[str, Source | FluxError]:
        """Return the artifact with the output of its build step, or the error."""
        try:
            return source.artifact, self._sources.made(source, revisions[source.artifact])
        except FluxError as error:
            return source.artifact, error

    def _image(self, source: Source, revision: Revision) -> Image | FluxError:
        if self._unreachable:
            return self._unreachable
        try:
            image = self._sources.image(source, revision)
        except FluxError as error:
            return error
        self._room.take(len(image.layer.content))
        return image

    def _push(
        self, artifact: str, revision: Revision, image: Image | FluxError, at_tip: Revision | None
    ) -> ImageResult:
        result = ImageResult(
            artifact, self._registry.name(artifact), f"{self._settings.branch}@sha1:{revision.commit}"
        )
        if isinstance(image, FluxError):
            return result.failed(image)
        moves_latest = revision == at_tip
        tags = [revision.tag, *(self._moving if moves_latest else ())]
        try:
            if self._unreachable:
                raise self._unreachable
            # With several moving tags, the last one does not tell whether the others are right.
            thorough = self._thorough or len(tags) > 2
            pushed = push(self._registry.publisher(artifact), image, tags, thorough=thorough)
        except FluxError as error:
            if isinstance(error, RegistryUnreachableError):
                self._unreachable = error
            return result.failed(error)
        finally:
            self._room.give(len(image.layer.content))
        action = ImageAction(pushed.action)
        if action == ImageAction.UNCHANGED and not moves_latest:
            action = ImageAction.KEPT
        return replace(result, digest=pushed.digest, diff_id=image.diff_id, tags=tuple(tags), action=action)

    def _settle(
        self, results: dict[str, ImageResult], tip: str, at_tip: dict[str, Revision]
    ) -> dict[str, ImageResult]:
        """Return the results that changed because the tip moved while `latest` was moved."""
        written = (ImageAction.PUSHED, ImageAction.TAGGED)
        moved = {name: r for name, r in results.items() if len(r.tags) > 1 and r.action in written}
        altered, notices = settle_latest(self._monorepo, moved, tip, at_tip)
        self._notices += notices
        return altered
