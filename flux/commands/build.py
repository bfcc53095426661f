"""Build artifacts from a commit and push them under its commit tag and `latest`."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

from flux.artifact.changes import last_changes
from flux.artifact.content import Attributes, check_kinds, checked
from flux.artifact.ignore import Excludes, excludes
from flux.artifact.image import MANIFEST_TYPE, Image, Revision, layer_of, published
from flux.artifact.name import name_fault
from flux.artifact.source import https_url
from flux.artifact.tree import File
from flux.commands.changed import find_changed
from flux.errors import ContentError, FluxError, RegistryUnreachableError, RequestError, TipUnknownError
from flux.event import Event, Push
from flux.registry import open_registry
from flux.registry.dry import DryRegistry
from flux.registry.identity import is_ours, is_same
from flux.registry.target import Manifest, Registry, Target
from flux.repository import Repository
from flux.settings import Settings

LATEST = "latest"


@dataclass(frozen=True)
class Source:
    """What an artifact is at one commit. `moves_latest` where that is what the tip has too."""

    artifact: str
    files: list[File]
    attributes: dict[str, Attributes]
    revision: Revision
    moves_latest: bool

    @property
    def tags(self) -> list[str]:
        return [self.revision.tag, *([LATEST] if self.moves_latest else [])]


@dataclass(frozen=True)
class Result:
    """What became of one artifact; `error` and `hint` where it failed."""

    artifact: str
    repository: str
    revision: str = ""
    digest: str | None = None
    diff_id: str | None = None
    tags: tuple[str, ...] = ()
    action: str = "failed"
    error: str = ""
    hint: str = ""

    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = {
            "artifact": self.artifact,
            "repository": self.repository,
            "digest": self.digest,
            "diff_id": self.diff_id,
            "revision": self.revision or None,
            "tags": list(self.tags),
            "action": self.action,
        }
        return document | ({"error": self.error} if self.error else {})


@dataclass(frozen=True)
class Build:
    """The results in the order of the artifacts, and what else people should know."""

    commit: str
    results: list[Result]
    notices: list[str] = field(default_factory=list)

    @property
    def failed(self) -> list[Result]:
        return [result for result in self.results if result.error]

    def document(self) -> dict[str, Any]:
        return {"artifacts": [result.document() for result in self.results]}

    def digests(self) -> dict[str, str]:
        return {r.artifact: f"{r.repository}@{r.digest}" for r in self.results if r.digest}


def plan_build(
    repository: Repository,
    settings: Settings,
    event: Event,
    names: Sequence[str],
    changed: bool,
    since: str | None,
    dry_run: bool,
) -> "Builder":
    """Choose the commit and the artifacts: those named, those changed, or all.

    Raises RequestError for a name that is no artifact, and on a CI runner for a registry that would be gone
    with it.
    """
    if event.actions and "://" not in settings.registry and "registry" not in settings.named:
        raise RequestError(
            f"the registry is the folder {settings.registry}, which is gone when this job ends",
            "set `registry: oci://...` in invoke.yaml, or name the folder there to use it all the same",
        )
    commit = (
        event.change.after if isinstance(event.change, Push) and event.change.after else repository.head()
    )
    found = find_changed(repository, settings, event, since) if changed else None
    present = repository.artifacts(commit, settings.prefix)
    for name in names:
        if name not in present:
            near = get_close_matches(name, present, n=1)
            raise RequestError(
                f"there is no artifact {name!r} at {commit[:12]}"
                + (f"; did you mean {near[0]}?" if near else ""),
                f"artifacts are the folders under {settings.sources}/: {', '.join(present) or 'none'}",
            )
    chosen = [
        name for name in present if (not names or name in names) and (found is None or name in found.reasons)
    ]
    registry = open_registry(settings.registry, repository.root, settings.jobs, settings.insecure)
    return Builder(
        repository,
        settings,
        DryRegistry(registry) if dry_run else registry,
        commit,
        chosen,
        found.notices if found else [],
    )


class Builder:
    """Builds artifacts as one commit has them, and pushes them to one registry."""

    def __init__(
        self,
        repository: Repository,
        settings: Settings,
        registry: Registry,
        commit: str,
        names: Sequence[str],
        notices: Sequence[str],
    ) -> None:
        self.names = names
        self._notices = list(notices)
        self._repository = repository
        self._settings = settings
        self._registry = registry
        self._commit = commit
        self._excludes: Excludes = excludes(settings.ignore)
        self._source = settings.source or https_url(repository.origin_url or "")
        self._unreachable: RegistryUnreachableError | None = None

    def build(self, on_result: Callable[[Result], object]) -> Build:
        """Build and push each artifact; the failure of one leaves the others unharmed.

        `on_result` is called as each is done. Raises HistoryMissingError before anything is pushed.
        """
        if not self.names:
            return Build(self._commit, [], self._notices)
        tip, notices = self._tip()
        sources = self._sources(self.names, tip)
        results: dict[str, Result] = {}
        pool = ThreadPoolExecutor(self._settings.jobs)
        try:
            for future in as_completed([pool.submit(self._one, source) for source in sources]):
                result = future.result()
                results[result.artifact] = result
                on_result(result)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        moved = [
            r.artifact for r in results.values() if LATEST in r.tags and r.action in ("pushed", "tagged")
        ]
        if tip is not None and moved:
            notices += self._settle(moved, tip)
        return Build(self._commit, [results[name] for name in self.names], self._notices + notices)

    def _tip(self) -> tuple[str | None, list[str]]:
        try:
            return self._repository.tip(self._settings.branch), []
        except TipUnknownError as unknown:
            return None, [f"`{LATEST}` stays where it is: {unknown.message}"]

    def _sources(self, names: Sequence[str], tip: str | None) -> list[Source]:
        revisions = self._revisions(self._commit, names)
        at_tip = revisions if tip == self._commit else self._revisions(tip, names) if tip else {}
        prefix = self._settings.prefix
        files = self._repository.files(self._commit, prefix, names)
        roots = {name: f"{prefix}{name}/" for name in names}
        paths = [roots[name] + file.path for name in names for file in files[name]]
        attributes = self._repository.attributes(self._commit, paths)
        return [
            Source(
                artifact=name,
                files=files[name],
                attributes={f.path: attributes.get(roots[name] + f.path, {}) for f in files[name]},
                revision=revisions[name],
                moves_latest=at_tip.get(name) == revisions[name],
            )
            for name in names
        ]

    def _revisions(self, commit: str, names: Sequence[str]) -> dict[str, Revision]:
        prefix = self._settings.prefix
        line = self._repository.line(commit, prefix, names)
        return last_changes(line, names, prefix, self._excludes)

    def _one(self, source: Source) -> Result:
        result = Result(
            source.artifact,
            self._registry.name(source.artifact),
            f"{self._settings.branch}@sha1:{source.revision.commit}",
        )
        try:
            if self._unreachable:
                raise self._unreachable
            image = self._image(source)
            target = self._registry.repository(source.artifact)
            digest, action = push(target, image, source.tags)
        except FluxError as error:
            if isinstance(error, RegistryUnreachableError):
                self._unreachable = error
            return replace(result, error=error.message, hint=error.hint)
        if action == "unchanged" and not source.moves_latest:
            action = "kept"
        return replace(result, digest=digest, diff_id=image.diff_id, tags=tuple(source.tags), action=action)

    def _image(self, source: Source) -> Image:
        if fault := name_fault(source.artifact):
            raise ContentError(
                f"{source.artifact!r} cannot be an OCI repository: it {fault}", "rename the folder"
            )
        check_kinds(published(source.files, self._excludes)[1])
        read = checked(lambda file: self._repository.read(file.oid), source.attributes)
        tar = layer_of(source.files, self._excludes, read)
        return Image(tar, self._settings.branch, source.revision, self._source)

    def _settle(self, moved: Sequence[str], tip: str) -> list[str]:
        """Look at the tip again: if it went on meanwhile, `latest` belongs to what a newer run has pushed."""
        try:
            while (now := self._repository.tip(self._settings.branch)) != tip:
                before, tip = self._revisions(tip, moved), now
                for name, revision in self._revisions(tip, moved).items():
                    if before.get(name) != revision:
                        target = self._registry.repository(name)
                        if newer := target.fetch_manifest(revision.tag):
                            target.push_manifest(newer, LATEST)
        except TipUnknownError as unknown:
            return [f"`{LATEST}` was moved, but {unknown.message}; `inv build` will look again"]
        return []


def push(target: Target, image: Image, tags: Sequence[str]) -> tuple[str, str]:
    """Point the tags at the image, in their order, sending only what is not there.

    Returns the image's digest and what was done: `pushed`, `tagged` or `unchanged`.
    """
    there: dict[str, Manifest] = {}
    for tag in reversed(tags):
        manifest = target.fetch_manifest(tag)
        if manifest is None or not is_same(target, manifest, image):
            continue
        there[tag] = manifest
        if tag == tags[-1] and is_ours(manifest, image):
            return manifest.digest, "unchanged"  # the tags before it were written before it
    missing = [tag for tag in tags if tag not in there]
    if there:
        manifest = next(there[tag] for tag in tags if tag in there)
    else:
        manifest = Manifest(image.manifest, MANIFEST_TYPE)
        target.push_blob(image.config)
        target.push_blob(image.layer)
    for tag in missing:
        target.push_manifest(manifest, tag)
    return manifest.digest, ("tagged" if missing else "unchanged") if there else "pushed"
