"""Writes the notes of a release from git: commits, and the versions in the artifact's manifests."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from flux.artifact.content import kind_fault
from flux.artifact.manifests import is_manifest
from flux.artifact.versions import named_versions
from flux.errors import ContentError
from flux.git.history import Touching
from flux.monorepo.commit_artifacts import Sources
from flux.monorepo.first_parents import changed_between, walk_first_parents
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.releases import Released, below, releases
from flux.monorepo.source_url import source_url
from flux.promotion.texts.issue import News
from flux.promotion.texts.release import release_notes
from flux.release.commits import LoggedCommit
from flux.release.upgrades import marked_upgrades
from flux.settings import FILES


def commits_of(monorepo: Monorepo, artifact: str, commit: str, last: Released | None) -> list[LoggedCommit]:
    """Return the commits after a release that changed an artifact's published content or moved its folder.

    The newest come first. Each commit is judged by its own settings. If the artifact has a build step, every
    commit counts that touched a path which the step reads.
    """
    since = last.commit if last and monorepo.git.obtain(last.commit) else None
    folders = Sources(monorepo, commit).places(artifact)
    if since:
        between = (
            passed.revision.commit for passed in walk_first_parents(monorepo, commit, [artifact], until=since)
        )
        for at in (since, *between):
            with suppress(ContentError):
                folders += Sources(monorepo, at).places(artifact)
    there = [*dict.fromkeys(folders)]
    touching = monorepo.git.log(commit, since, *there, *FILES)
    return [
        LoggedCommit(one.commit, one.subject, one.body)
        for one in touching
        if _concerns(monorepo, artifact, one, there)
    ]


def _concerns(monorepo: Monorepo, artifact: str, one: Touching, folders: Sequence[str]) -> bool:
    """Whether a commit changed an artifact. If its settings cannot be read, any change in the artifact's
    folders counts."""
    before = one.parents or (None,)
    try:
        if len(one.parents) > 1 and not _changes_itself(monorepo, artifact, one):
            return False
        return all(_differs(monorepo, artifact, each, one.commit) for each in before)
    except ContentError:
        touched = ["" if folder == "." else f"{folder}/" for folder in folders]
        return any(monorepo.git.changes(before[0], one.commit, folder) for folder in touched)


def _changes_itself(monorepo: Monorepo, artifact: str, merge: Touching) -> bool:
    """Whether a merge itself changed a file of an artifact, or the settings that choose its files."""
    if any(path in FILES for path in merge.own):
        return True
    layout = monorepo.layouts.at(merge.commit)
    return layout.has_steps or artifact in layout.sort(merge.own)


def _differs(monorepo: Monorepo, artifact: str, old: str | None, new: str) -> bool:
    """Whether an artifact's published content or its folder differs."""
    if artifact in changed_between(monorepo, old, new, artifact):
        return True
    if old is None:
        return False
    return Sources(monorepo, old).folder(artifact) != Sources(monorepo, new).folder(artifact)


def notes_of(monorepo: Monorepo, artifact: str, commit: str, last: Released | None, tag: str) -> str:
    """Return the notes of what changed after the release `last`, up to the commit of the tag."""
    logged = commits_of(monorepo, artifact, commit, last)
    before, after = _named_since(monorepo, artifact, commit, last)
    return release_notes(logged, source_url(monorepo), before, after, (last.tag if last else None, tag))


def news_of(monorepo: Monorepo, released: Released, notes: str) -> News:
    """Return what a promotion issue says about a release. `notes` is the URL of its notes, or empty."""
    artifact = released.artifact
    last = below(releases(monorepo, [artifact]), released.version)
    if last is None:
        return News(notes)
    source = source_url(monorepo)
    compare = f"{source}/compare/{last.tag}...{released.tag}" if source else ""
    if not monorepo.git.obtain(last.commit):
        return News(notes, str(last.version), compare)
    changed = marked_upgrades(*_named_since(monorepo, artifact, released.commit, last))
    return News(notes, str(last.version), compare, changed)


def expect_news(monorepo: Monorepo, found: Iterable[Released]) -> None:
    """Expect the content of releases, and of the releases before them."""

    def contents() -> Iterator[tuple[str, str]]:
        for one in found:
            last = below(releases(monorepo, [one.artifact]), one.version)
            yield from ((each.artifact, each.commit) for each in (one, last) if each)

    monorepo.promised.expect(contents)


def _named_since(
    monorepo: Monorepo, artifact: str, commit: str, last: Released | None
) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Return the versions of charts and images in an artifact's manifests, at a release and at a commit.

    Both are empty if the release's commit is missing. The first is empty if its settings cannot be read.
    """
    since = last.commit if last and monorepo.git.obtain(last.commit) else None
    if since is None:
        return {}, {}
    after = _versions(Sources(monorepo, commit), artifact)
    with suppress(ContentError):  # the release's settings may be unreadable
        return _versions(Sources(monorepo, since), artifact), after
    return {}, after


def _versions(sources: Sources, artifact: str) -> dict[str, set[str]]:
    kept = sources.kept([artifact]).get(artifact, ())
    return named_versions(
        sources.contents(file for file in kept if is_manifest(file.path) and not kind_fault(file))
    )
