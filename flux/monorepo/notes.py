"""The notes of a release, from git: commits, and the versions that the artifact's manifests name."""

from contextlib import suppress

from flux.artifact.content import kind_fault
from flux.artifact.manifests import is_manifest
from flux.artifact.versions import named_versions
from flux.errors import ContentError, SettingError
from flux.monorepo.line import walk
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.release_tags import Tagged
from flux.monorepo.releases import Released, below, releases
from flux.monorepo.source_url import source_url
from flux.monorepo.sources import Sources
from flux.promotion.texts.issue import News
from flux.release.commits import LoggedCommit
from flux.release.notes import release_notes
from flux.release.upgrades import marked_upgrades


def commits_of(monorepo: Monorepo, artifact: str, commit: str, last: Released | None) -> list[LoggedCommit]:
    """The commits that touched an artifact after a release, the newest first; each folder where it moved.

    Of one that a build step makes they are those that touched any place where the step reads.
    """
    since = last.commit if last and monorepo.git.obtain(last.commit) else None
    folders = Sources(monorepo, commit).places(artifact)
    if since:
        between = (passed.revision.commit for passed in walk(monorepo, commit, [artifact], until=since))
        for at in (since, *between):
            with suppress(ContentError, SettingError):
                folders += Sources(monorepo, at).places(artifact)
    return [LoggedCommit(*entry) for entry in monorepo.git.log(commit, since, *dict.fromkeys(folders))]


def notes_of(monorepo: Monorepo, artifact: str, commit: str, last: Released | None, tag: str) -> str:
    """What came after the release `last`, up to a commit that the tag is for."""
    logged = commits_of(monorepo, artifact, commit, last)
    before, after = named_since(monorepo, artifact, commit, last)
    return release_notes(logged, source_url(monorepo), before, after, (last.tag if last else None, tag))


def news_of(monorepo: Monorepo, tagged: Tagged, tag: str, notes: str) -> News:
    """What a promotion issue says of a release; `notes` is the URL of its notes or empty."""
    artifact = tagged.artifact
    last = below(releases(monorepo, [artifact]), tagged.version)
    if last is None:
        return News(notes)
    source = source_url(monorepo)
    compare = f"{source}/compare/{last.tag}...{tag}" if source else ""
    if not monorepo.git.obtain(last.commit):
        return News(notes, str(last.version), compare)
    changed = marked_upgrades(*named_since(monorepo, artifact, tagged.commit, last))
    return News(notes, str(last.version), compare, changed)


def named_since(
    monorepo: Monorepo, artifact: str, commit: str, last: Released | None
) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """The versions of the charts and images that an artifact named in a release, and names at a commit; none
    where the release cannot be compared with."""
    since = last.commit if last and monorepo.git.obtain(last.commit) else None
    if since is None:
        return {}, {}
    after = _versions(Sources(monorepo, commit), artifact)
    with suppress(ContentError, SettingError):  # its settings may be beyond reading
        return _versions(Sources(monorepo, since), artifact), after
    return {}, after


def _versions(sources: Sources, artifact: str) -> dict[str, set[str]]:
    kept = sources.kept([artifact]).get(artifact, ())
    return named_versions(
        sources.contents(file for file in kept if is_manifest(file.path) and not kind_fault(file))
    )
