"""Finds the releases that have to be published, and those that need a promotion issue."""

import time
from collections.abc import Callable, Collection, Sequence

from semver import Version

from flux.errors import FluxError, RegistryUnreachableError
from flux.monorepo.artifacts import artifacts_at
from flux.monorepo.desired import choose_artifacts
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.release_branches import lines, on_line
from flux.monorepo.releases import Released, by_artifact, newest_of, releases
from flux.parallel import in_parallel
from flux.promotion.desired import Desired
from flux.registry.target import Manifest
from flux.settings.phases import Follow

_NEWS_SECONDS = 7 * 24 * 3600
_MOST_MADE_UP = 100  # releases of one artifact in one run


def due_releases(
    monorepo: Monorepo, desired: Desired, on_failure: Callable[[str, FluxError], object]
) -> list[tuple[Released, Manifest | None]]:
    """Return releases, each with the manifest that the registry has for its version, or None.

    First come the newest, the desired and the followed releases. Then come the others that the registry does
    not have, those of the newest commits first. If these are very many, only the first are returned.

    `on_failure` is called for an artifact whose repository does not answer, or answers badly for a release.
    """
    ordered: dict[str, list[Released]] = {}
    for released in releases(monorepo, choose_artifacts(monorepo, desired, [])):
        ordered.setdefault(released.artifact, []).append(released)

    earlier = _of_earlier_system(monorepo, {one.commit for every in ordered.values() for one in every})

    def look(artifact: str) -> list[tuple[Released, Manifest | None]]:
        wanted = {*desired.get(artifact, {}).values()}
        return _look(monorepo, ordered[artifact], wanted, earlier, on_failure)

    return [found for group in in_parallel(monorepo.settings.jobs, look, ordered) for found in group]


def _look(
    monorepo: Monorepo,
    every: Sequence[Released],
    wanted: set[str],
    earlier: Collection[str],
    on_failure: Callable[[str, FluxError], object],
) -> list[tuple[Released, Manifest | None]]:
    """Do the same for one artifact. `every` has its releases, the lowest first.

    `earlier` has the commits of releases by an earlier system. Its lost events are not made up for.
    """
    artifact, is_followed = every[0].artifact, bool(monorepo.settings.following(Follow.STABLE))
    newest = [every[-1], *([newest_of(every)] if is_followed else [])]
    due = [one for one in every if one in newest or str(one.version) in wanted]
    found: list[tuple[Released, Manifest | None]] = []
    failed: FluxError | None = None
    for released in due:
        try:
            target = monorepo.registry.repository(artifact)
            found.append((released, target.fetch_manifest(str(released.version))))
        except RegistryUnreachableError as error:
            on_failure(artifact, error)
            return found
        except FluxError as error:
            on_failure(released.tag, failed := error)
    try:
        others = [one for one in every if one not in due and one.commit not in earlier]
        return [*found, *((one, None) for one in _unpublished(monorepo, artifact, others))]
    except FluxError as error:
        if failed is None:  # else it was already reported
            on_failure(artifact, error)
        return found


def _of_earlier_system(monorepo: Monorepo, commits: Collection[str]) -> set[str]:
    """Return the commits that are not after the setting `adopted`."""
    adopted = monorepo.layouts.adopted
    return monorepo.git.merged_into(commits, adopted) if adopted else set()


def _unpublished(monorepo: Monorepo, artifact: str, released: Sequence[Released]) -> list[Released]:
    """Return the releases that the registry does not have: their event was lost. The newest come first."""
    there = set(monorepo.registry.repository(artifact).tags()) if released else set()
    missing = [one for one in reversed(released) if str(one.version) not in there]
    times = monorepo.git.commit_times(one.commit for one in missing)
    return sorted(missing, key=lambda one: -times.get(one.commit, 0))[:_MOST_MADE_UP]


def news(monorepo: Monorepo, desired: Desired) -> list[Released]:
    """Return the releases whose promotion issue is due.

    An artifact's newest release is due if it is above everything that is deployed. The newest release of a
    maintenance branch is due if something lower is deployed. Both are due only while they are recent.
    """
    names = artifacts_at(monorepo, monorepo.tip)
    found = releases(monorepo, names)
    due = [one for _, one in sorted(by_artifact(found).items()) if _is_above(one, desired)]
    due += [
        one for one in _newest_of_branches(monorepo, found) if one not in due and _may_follow(one, desired)
    ]
    if not due:
        return []
    times = _made(monorepo, due)
    return [found for found in due if time.time() - times.get(found.tag, 0) < _NEWS_SECONDS]


def _newest_of_branches(monorepo: Monorepo, found: Sequence[Released]) -> list[Released]:
    """Return the newest release of each maintenance branch, without the releases on main's line."""
    main, *others = lines(monorepo) if found else [""]
    commits = {one.tag: one.commit for one in found}
    of_main = on_line(monorepo, main, commits) if others else set()
    newest: list[Released] = []
    for branch in others:
        own = on_line(monorepo, branch, commits) - of_main
        newest += by_artifact([one for one in found if one.tag in own]).values()
    return newest


def _may_follow(found: Released, desired: Desired) -> bool:
    """Whether something lower is deployed, and this release is not."""
    deployed = {Version.parse(other) for other in desired.get(found.artifact, {}).values()}
    return found.version not in deployed and any(found.version > other for other in deployed)


def _is_above(found: Released, desired: Desired) -> bool:
    deployed = desired.get(found.artifact, {}).values()
    return all(found.version > Version.parse(other) for other in deployed)


def _made(monorepo: Monorepo, found: Sequence[Released]) -> dict[str, float]:
    """Return when each release was published. If there is only a tag, return when that was made."""
    published = {release.tag: release.published for release in monorepo.forge.releases()}
    git = monorepo.git
    tags = {one.tag: one.commit for one in found if one.tag not in published and git.obtain(one.commit)}
    return published | git.made(tags)
