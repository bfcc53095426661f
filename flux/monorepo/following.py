"""The environments that follow the newest stable release of each artifact, without a promotion."""

from semver import Version

from flux.monorepo.monorepo import Monorepo
from flux.monorepo.releases import newest_of, releases
from flux.settings.settings import Follow


def followers(monorepo: Monorepo, artifact: str, version: Version) -> tuple[str, ...]:
    """The environments that a version of an artifact belongs to: none unless it is the newest stable one.

    Raises GitError where the home of the release tags does not answer.
    """
    following = monorepo.settings.following(Follow.STABLE)
    newest = newest_of(releases(monorepo, [artifact])) if following else None
    return following if newest and newest.version == version else ()


def lagging(monorepo: Monorepo, artifact: str, version: Version, digest: str) -> bool:
    """Whether one of them has another image than the version."""
    target = monorepo.registry.repository(artifact)
    return any(
        target.resolve(environment) != digest for environment in followers(monorepo, artifact, version)
    )
