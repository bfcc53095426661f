"""Collects what people need to know before they merge a promotion: commits, warnings, the manifest diff."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache

from semver import Version

from flux.artifact.difference import difference
from flux.artifact.versions import named_versions
from flux.errors import ContentError, FluxError, RegistryError, without_frames
from flux.monorepo.commit_artifacts import Sources
from flux.monorepo.desired import stray_of
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.names import has_artifact
from flux.monorepo.release_notes import commits_of
from flux.monorepo.releases import releases
from flux.monorepo.source_url import source_url
from flux.promotion.phase_order import find_skipped, not_lowered
from flux.promotion.proposal import Promotion, VersionChange
from flux.promotion.texts import notices as say
from flux.promotion.texts.release import commit_line
from flux.promotion.texts.request import Background, Span
from flux.registry.contents import contents
from flux.registry.target import Target
from flux.release.upgrades import marked_upgrades

_MOST_COMMITS = 100


def background(
    monorepo: Monorepo,
    promotion: Promotion,
    changes: Sequence[VersionChange],
    versions: Mapping[str, str],
    issue: str,
    rollback: bool,
) -> Background:
    """Return the background of changes. Main has `versions` of the artifact; `issue` is a URL or empty.

    Raises RegistryError if the registry does not answer.
    """
    registry = monorepo.registry
    target = registry.repository(promotion.artifact)
    digest = target.resolve(promotion.version)
    image = f"{registry.name(promotion.artifact)}@{digest}" if digest else "not published any more"
    environments = [change.environment for change in changes]
    # A rollback does not wait for earlier phases.
    ordered = {} if rollback else monorepo.settings.groups
    early = find_skipped(ordered, versions, promotion.version, environments)
    warnings = [say.skipped(promotion.version, each) for each in early]
    last = [*monorepo.settings.groups][-1:]
    if Version.parse(promotion.version).prerelease and _reaches(monorepo, last, environments):
        warnings.append(say.prerelease(promotion.version, last[0]))
    if digest is None:
        warnings.insert(0, say.not_published(promotion.artifact, promotion.version))
    if _goes_up_though_gone(monorepo, promotion, versions, environments):
        warnings.insert(0, say.removed(promotion.artifact))
    if error := stray_of(monorepo, promotion.artifact, versions):
        warnings.insert(0, say.stray(error))
    read = cache(lambda version: _files(target, version))
    spans = [_span(monorepo, read, promotion, old) for old in dict.fromkeys(change.old for change in changes)]
    return Background(image, issue, warnings, spans)


def _goes_up_though_gone(
    monorepo: Monorepo, promotion: Promotion, versions: Mapping[str, str], environments: Sequence[str]
) -> bool:
    raised = not_lowered(versions, promotion.version, environments)
    return bool(raised) and not has_artifact(monorepo, promotion.artifact)


def _reaches(monorepo: Monorepo, phases: Sequence[str], environments: Sequence[str]) -> bool:
    groups = monorepo.settings.groups
    return any(set(groups[phase]) & set(environments) for phase in phases)


def _span(
    monorepo: Monorepo,
    read: Callable[[str], dict[str, bytes]],
    promotion: Promotion,
    old: str | None,
) -> Span:
    commits, compare = _commits(monorepo, promotion, old) if old else ([], "")
    try:
        after = read(promotion.version)
        before = _but_left_out(monorepo, promotion, read(old), after) if old else {}
        upgrades = _upgrades(before, after) if old else ()
        return Span(old, commits, compare, difference(before, after), upgrades=upgrades)
    except FluxError as error:
        return Span(old, commits, compare, unknown=without_frames(error))


def _upgrades(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[str]:
    """Return the charts and images whose versions change, from the changed files."""
    same = {path for path, content in before.items() if after.get(path) == content}
    changed = [{path: side[path] for path in side.keys() - same} for side in (before, after)]
    return marked_upgrades(*map(named_versions, changed))


def _but_left_out(
    monorepo: Monorepo, promotion: Promotion, before: dict[str, bytes], after: dict[str, bytes]
) -> dict[str, bytes]:
    """Return the files without those that are still in git but that the settings leave out."""
    gone = before.keys() - after.keys()
    found = [r for r in releases(monorepo, [promotion.artifact]) if str(r.version) == promotion.version]
    if not gone or not found or not monorepo.git.obtain(found[0].commit):
        return before
    left_out = gone & Sources(monorepo, found[0].commit).left_out(promotion.artifact)
    return {path: content for path, content in before.items() if path not in left_out}


def _files(target: Target, version: str) -> dict[str, bytes]:
    manifest = target.fetch_manifest(version)
    if manifest is None:
        raise RegistryError(f"{version} is not in the registry")
    return contents(target, manifest)


def _commits(monorepo: Monorepo, promotion: Promotion, old: str) -> tuple[list[str], str]:
    """Return the commits that changed the artifact between two releases, as lines of a list, and the URL to
    compare them. Both are empty if one version is not a release."""
    tagged = {str(released.version): released for released in releases(monorepo, [promotion.artifact])}
    if old not in tagged or promotion.version not in tagged:
        return [], ""
    lower, higher = sorted((tagged[old], tagged[promotion.version]), key=lambda released: released.version)
    source = source_url(monorepo)
    compare = f"{source}/compare/{lower.tag}...{higher.tag}" if source else ""
    if not monorepo.git.obtain(lower.commit) or not monorepo.git.obtain(higher.commit):
        return [], compare
    try:
        logged = commits_of(monorepo, promotion.artifact, higher.commit, lower)
    except ContentError:  # the artifacts at that commit are not readable
        return [], compare
    lines = [commit_line(entry, source) for entry in logged[:_MOST_COMMITS]]
    more = len(logged) - len(lines)
    return lines + ([f"- … and {more} more"] if more else []), compare
