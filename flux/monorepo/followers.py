"""Finds the environments that follow the newest stable release of each artifact, without a promotion."""

import time

from semver import Version

from flux.monorepo.freezes import frozen
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.releases import newest_of, releases
from flux.settings.phases import Follow


def followers(monorepo: Monorepo, artifact: str, version: Version) -> tuple[str, ...]:
    """Return the environments that follow a version: none unless it is the artifact's newest stable one.

    Frozen environments are left out. Raises GitError if the home of the release tags does not answer, and
    DesiredStateError if the file of freezes cannot be read.
    """
    following = monorepo.settings.following(Follow.STABLE)
    newest = newest_of(releases(monorepo, [artifact])) if following else None
    if not newest or newest.version != version:
        return ()
    cold = frozen(monorepo, following, time.time)
    return tuple(environment for environment in following if environment not in cold)


def lagging(monorepo: Monorepo, artifact: str, version: Version, digest: str) -> bool:
    """Whether the tag of a following environment has another image than the version."""
    target = monorepo.registry.repository(artifact)
    return any(
        target.resolve(environment) != digest for environment in followers(monorepo, artifact, version)
    )


def frozen_followers(monorepo: Monorepo) -> list[str]:
    """Return a line for each environment that does not move because of a freeze."""
    cold = frozen(monorepo, monorepo.settings.following(Follow.STABLE), time.time)
    return [f"{environment} stays where it is: {why}" for environment, why in cold.items()]
