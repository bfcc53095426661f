"""Finds the environments that follow the newest stable release or the tip, without a promotion."""

import time
from collections.abc import Sequence

from semver import Version

from flux.monorepo.commit_artifacts import Sources
from flux.monorepo.freezes import frozen, held
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.releases import newest_of, releases
from flux.notice import Notice
from flux.registry.identity import is_same
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


def frozen_followers(monorepo: Monorepo) -> list[Notice]:
    """Return a notice for each environment that does not move because of a freeze."""
    cold = frozen(monorepo, monorepo.settings.following(Follow.STABLE), time.time)
    return [Notice(held(freeze), f"{name} stays where it is") for name, freeze in cold.items()]


def strayed(monorepo: Monorepo, artifact: str) -> list[str]:
    """Return a line for each following environment that has something else than what it follows.

    An environment without a tag is left out. Raises FluxError if the home of the tags, git or the registry
    fails.
    """
    settings = monorepo.settings
    stable, moving = settings.following(Follow.STABLE), settings.following(Follow.TIP)
    newest = newest_of(releases(monorepo, [artifact])) if stable else None
    lines = []
    if newest:
        lines = [
            f"{artifact}:{name} is not {newest.version}, the newest stable one: `inv publish {newest.tag}`"
            for name in _others(monorepo, artifact, newest.commit, stable)
        ]
    lines += [
        f"{artifact}:{name} is not what {settings.branch} has: `inv build -a {artifact}`"
        for name in _others(monorepo, artifact, monorepo.tip, moving)
    ]
    return lines


def _others(monorepo: Monorepo, artifact: str, commit: str, environments: Sequence[str]) -> list[str]:
    """Return the environments whose tag has another content than the artifact at a commit."""
    if not environments:
        return []
    target = monorepo.registry.repository(artifact)
    image = Sources(monorepo, commit).image_of(artifact)
    found = {name: target.fetch_manifest(name) for name in environments}
    return [name for name, manifest in found.items() if manifest and not is_same(target, manifest, image)]
