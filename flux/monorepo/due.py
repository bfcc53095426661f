"""What is due of releases: which have to be published, and which are news that an issue tells."""

import time
from collections.abc import Callable, Mapping

from semver import Version

from flux.errors import FluxError, RegistryUnreachableError
from flux.monorepo.artifacts import artifacts_at
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.releases import Released, last_releases, newest_of, releases
from flux.parallel import in_parallel
from flux.promotion.desired import Desired
from flux.registry.target import Manifest
from flux.settings.settings import Follow

_NEWS_SECONDS = 7 * 24 * 3600


def due_releases(
    monorepo: Monorepo, desired: Desired, on_failure: Callable[[str, FluxError], object]
) -> list[tuple[Released, Manifest | None]]:
    """The newest, the desired and the followed releases, and what the registry has for their versions.

    `on_failure` is told of an artifact whose repository does not answer, and of a release that it answers
    badly.
    """
    present = artifacts_at(monorepo, monorepo.tip)
    ordered: dict[str, list[Released]] = {}
    for released in releases(monorepo, list(dict.fromkeys([*present, *desired]))):
        ordered.setdefault(released.artifact, []).append(released)

    is_followed = bool(monorepo.settings.following(Follow.STABLE))

    def look(artifact: str) -> list[tuple[Released, Manifest | None]]:
        wanted = set(desired.get(artifact, {}).values())
        newest = [ordered[artifact][-1], *([newest_of(ordered[artifact])] if is_followed else [])]
        due = [r for r in ordered[artifact] if r in newest or str(r.version) in wanted]
        found = []
        for released in due:
            try:
                target = monorepo.registry.repository(artifact)
                found.append((released, target.fetch_manifest(str(released.version))))
            except RegistryUnreachableError as error:
                on_failure(artifact, error)
                break
            except FluxError as error:
                on_failure(released.tag, error)
        return found

    return [found for group in in_parallel(monorepo.settings.jobs, look, ordered) for found in group]


def news(monorepo: Monorepo, desired: Desired) -> list[Released]:
    """Releases whose promotion issue is due: each artifact's newest, while it is recent and above all that is
    deployed."""
    newest = last_releases(monorepo, artifacts_at(monorepo, monorepo.tip))
    above = [found for _, found in sorted(newest.items()) if _is_above(found, desired)]
    if not above:
        return []
    published = {release.tag: release.published for release in monorepo.forge.releases()}
    return [found for found in above if time.time() - _made_at(monorepo, found, published) < _NEWS_SECONDS]


def _is_above(found: Released, desired: Desired) -> bool:
    deployed = desired.get(found.artifact, {}).values()
    return all(found.version > Version.parse(other) for other in deployed)


def _made_at(monorepo: Monorepo, released: Released, published: Mapping[str, float]) -> float:
    """When a release was published, or the tag made that was pushed without one."""
    if released.tag in published or not monorepo.git.obtain(released.commit):
        return published.get(released.tag, 0)
    return monorepo.git.made_at(released.tag, released.commit)
