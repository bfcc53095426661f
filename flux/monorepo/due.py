"""Which releases have to be published, and which need an issue."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence

from semver import Version

from flux.errors import FluxError, RegistryUnreachableError
from flux.monorepo.artifacts import artifacts_at
from flux.monorepo.desired import choose
from flux.monorepo.lines import lines, on_line
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.releases import Released, by_artifact, newest_of, releases
from flux.parallel import in_parallel
from flux.promotion.desired import Desired
from flux.registry.target import Manifest
from flux.settings.settings import Follow

_NEWS_SECONDS = 7 * 24 * 3600
_MOST_MADE_UP = 100  # releases of one artifact in one run


def due_releases(
    monorepo: Monorepo, desired: Desired, on_failure: Callable[[str, FluxError], object]
) -> list[tuple[Released, Manifest | None]]:
    """The newest, the desired and the followed releases, and what the registry has for their versions; then
    the others that it has nothing for, those of the newest commits first. Of very many there are the first.

    `on_failure` is told of an artifact whose repository does not answer, and of a release that it answers
    badly.
    """
    ordered: dict[str, list[Released]] = {}
    for released in releases(monorepo, choose(monorepo, desired, [])):
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
    """The same of one artifact. `every` has its releases, the lowest first.

    `earlier` has the commits of those that an earlier system made: its lost events are nobody's to make up.
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
        if failed is None:  # else it is told already
            on_failure(artifact, error)
        return found


def _of_earlier_system(monorepo: Monorepo, commits: Collection[str]) -> set[str]:
    """Those of the commits that are not after the setting `adopted`."""
    adopted = monorepo.layouts.adopted
    return monorepo.git.merged_into(commits, adopted) if adopted else set()


def _unpublished(monorepo: Monorepo, artifact: str, released: Sequence[Released]) -> list[Released]:
    """Those that the registry has no version of, whose event was lost: of the newest commit first."""
    there = set(monorepo.registry.repository(artifact).tags()) if released else set()
    missing = [one for one in reversed(released) if str(one.version) not in there]
    times = monorepo.git.commit_times(one.commit for one in missing)
    return sorted(missing, key=lambda one: -times.get(one.commit, 0))[:_MOST_MADE_UP]


def news(monorepo: Monorepo, desired: Desired) -> list[Released]:
    """Releases whose promotion issue is due: each artifact's newest, while it is recent and above all that is
    deployed, and the newest of each maintenance branch, while something lower is deployed."""
    names = artifacts_at(monorepo, monorepo.tip)
    found = releases(monorepo, names)
    due = [one for _, one in sorted(by_artifact(found).items()) if _is_above(one, desired)]
    due += [
        one for one in _newest_of_branches(monorepo, found) if one not in due and _may_follow(one, desired)
    ]
    if not due:
        return []
    published = {release.tag: release.published for release in monorepo.forge.releases()}
    return [found for found in due if time.time() - _made_at(monorepo, found, published) < _NEWS_SECONDS]


def _newest_of_branches(monorepo: Monorepo, found: Sequence[Released]) -> list[Released]:
    """The newest releases of maintenance branches, of those that are not on main's line."""
    main, *others = lines(monorepo) if found else [""]
    commits = {one.tag: one.commit for one in found}
    of_main = on_line(monorepo, main, commits) if others else set()
    newest: list[Released] = []
    for branch in others:
        own = on_line(monorepo, branch, commits) - of_main
        newest += by_artifact([one for one in found if one.tag in own]).values()
    return newest


def _may_follow(found: Released, desired: Desired) -> bool:
    """Whether something lower is deployed, and this is not."""
    deployed = {Version.parse(other) for other in desired.get(found.artifact, {}).values()}
    return found.version not in deployed and any(found.version > other for other in deployed)


def _is_above(found: Released, desired: Desired) -> bool:
    deployed = desired.get(found.artifact, {}).values()
    return all(found.version > Version.parse(other) for other in deployed)


def _made_at(monorepo: Monorepo, released: Released, published: Mapping[str, float]) -> float:
    """When a release was published, or the tag made that was pushed without one."""
    if released.tag in published or not monorepo.git.obtain(released.commit):
        return published.get(released.tag, 0)
    return monorepo.git.made_at(released.tag, released.commit)
