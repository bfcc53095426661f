"""The notes of a release, from git: commits, and the versions that the artifact's manifests name."""

from contextlib import suppress

from flux.artifact.content import kind_fault
from flux.artifact.image import published
from flux.artifact.manifests import is_manifest
from flux.artifact.versions import named_versions
from flux.errors import ContentError, SettingError
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.releases import Released
from flux.monorepo.source_url import source_url
from flux.monorepo.sources import Sources
from flux.release.commits import LoggedCommit
from flux.release.notes import release_notes


def commits_of(monorepo: Monorepo, artifact: str, commit: str, last: Released | None) -> list[LoggedCommit]:
    """The commits that touched an artifact after a release, the newest first; both folders where it moved."""
    since = last.commit if last and monorepo.git.obtain(last.commit) else None
    folders = [Sources(monorepo, commit).folder(artifact)]
    if since:
        with suppress(ContentError, SettingError):
            folders.append(Sources(monorepo, since).folder(artifact))
    there = dict.fromkeys(folder for folder in folders if folder)
    return [LoggedCommit(*entry) for entry in monorepo.git.log(commit, since, *there)]


def notes_of(monorepo: Monorepo, artifact: str, commit: str, last: Released | None, tag: str) -> str:
    """What came after the release `last`, up to a commit that the tag is for."""
    sources = Sources(monorepo, commit)
    since = last.commit if last and monorepo.git.obtain(last.commit) else None
    logged = commits_of(monorepo, artifact, commit, last)
    before: dict[str, set[str]] = {}
    if since:
        with suppress(ContentError, SettingError):  # its settings may be beyond reading
            before = _versions(monorepo, Sources(monorepo, since), artifact)
    after = _versions(monorepo, sources, artifact) if since else {}
    return release_notes(logged, source_url(monorepo), before, after, (last.tag if last else None, tag))


def _versions(monorepo: Monorepo, sources: Sources, artifact: str) -> dict[str, set[str]]:
    if not sources.present([artifact]):
        return {}
    (source,) = sources.load([artifact])
    _, kept = published(source.files, source.excludes)
    return named_versions(
        {f.path: monorepo.git.read(f.oid) for f in kept if is_manifest(f.path) and not kind_fault(f)}
    )
