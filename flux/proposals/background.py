"""What people want to know of a promotion before they merge: commits, warnings, the manifests' difference."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache

from flux.artifact.difference import difference
from flux.errors import FluxError, RegistryError
from flux.git.clone import Clone
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.releases import releases
from flux.monorepo.sources import source_url
from flux.promotion.order import out_of_order
from flux.promotion.proposal import Change, Promotion
from flux.promotion.request import Background, Span
from flux.registry.contents import contents
from flux.registry.target import Target
from flux.release.notes import LoggedCommit, commit_line
from flux.settings import Settings

_MOST_COMMITS = 100


def background(
    monorepo: Monorepo,
    promotion: Promotion,
    changes: Sequence[Change],
    versions: Mapping[str, str],
    issue: str,
    rollback: bool,
) -> Background:
    """The background of changes, where main has `versions` of the artifact; `issue` is a URL or empty.

    Raises RegistryError where the registry does not answer.
    """
    registry, settings = monorepo.registry, monorepo.settings
    target = registry.repository(promotion.artifact)
    digest = target.resolve(promotion.version)
    image = f"{registry.name(promotion.artifact)}@{digest}" if digest else "not published any more"
    environments = [change.environment for change in changes]
    # Who rolls back has no phase ahead to wait for.
    ordered = {} if rollback else settings.groups
    early = out_of_order(ordered, versions, promotion.version, environments)
    warnings = [
        f"`{phase}` comes before {', '.join(f'`{e}`' for e in behind)}, which does not have "
        f"{promotion.version} yet."
        for phase, behind in early.items()
    ]
    read = cache(lambda version: _files(target, version))
    spans = [
        _span(monorepo.repository, settings, read, promotion, old)
        for old in dict.fromkeys(change.old for change in changes)
    ]
    return Background(image, issue, warnings, spans)


def _span(
    repository: Clone,
    settings: Settings,
    read: Callable[[str], dict[str, bytes]],
    promotion: Promotion,
    old: str | None,
) -> Span:
    commits, compare = _commits(repository, settings, promotion, old) if old else ([], "")
    try:
        before = read(old) if old else {}
        return Span(old, commits, compare, difference(before, read(promotion.version)))
    except FluxError as error:
        return Span(old, commits, compare, unknown=error.message)


def _files(target: Target, version: str) -> dict[str, bytes]:
    manifest = target.fetch_manifest(version)
    if manifest is None:
        raise RegistryError(f"{version} is not in the registry")
    return contents(target, manifest)


def _commits(repository: Clone, settings: Settings, promotion: Promotion, old: str) -> tuple[list[str], str]:
    """The commits that touched the artifact between two releases, as lines of a list, and where to compare
    them; neither where one of them is no release."""
    tagged = {
        str(released.version): released
        for released in releases(settings, repository.home_tags(), [promotion.artifact])
    }
    if old not in tagged or promotion.version not in tagged:
        return [], ""
    lower, higher = sorted((tagged[old], tagged[promotion.version]), key=lambda released: released.version)
    source = source_url(repository, settings)
    compare = f"{source}/compare/{lower.tag}...{higher.tag}" if source else ""
    if not repository.obtain(lower.commit) or not repository.obtain(higher.commit):
        return [], compare
    logged = repository.log(higher.commit, lower.commit, f"{settings.prefix}{promotion.artifact}")
    lines = [commit_line(LoggedCommit(*entry), source) for entry in logged[:_MOST_COMMITS]]
    more = len(logged) - len(lines)
    return lines + ([f"- … and {more} more"] if more else []), compare
