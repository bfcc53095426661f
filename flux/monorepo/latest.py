"""The tags that belong to an artifact's revision at the tip: `latest`, and environments that follow it."""

import time
from collections.abc import Mapping
from dataclasses import replace

from flux.artifact.revision import Revision
from flux.errors import ContentError, DesiredStateError, FluxError, GitError
from flux.monorepo.freezes import frozen
from flux.monorepo.image_result import ImageResult
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.sources import Sources
from flux.registry.identity import is_same
from flux.settings.settings import Follow


def settle_latest(
    monorepo: Monorepo, moved: Mapping[str, ImageResult], tip: str, revisions: Mapping[str, Revision]
) -> tuple[dict[str, ImageResult], list[str]]:
    """Look at the tip again after its tags were moved to its `revisions`.

    Where the tip has another revision by now, they belong to what a newer run has pushed, and are moved
    there. Returns the results that changed by that, and notices.
    """
    altered: dict[str, ImageResult] = {}
    try:
        while moved and (now := monorepo.newest_tip()) != tip:
            tip, before = now, revisions
            sources = Sources(monorepo, now)
            revisions = sources.revisions(list(moved))
            for name, revision in revisions.items():
                if revision != before.get(name):
                    altered |= _give_away(monorepo, moved[name], sources, revision)
    except (GitError, ContentError) as unknown:
        return altered, [f"{named(monorepo)} was moved, but now {unknown.message}; build again to be sure"]
    return altered, []


def moving_tags(monorepo: Monorepo) -> tuple[tuple[str, ...], list[str]]:
    """The tags that are the tip's, but for environments that a freeze holds; and why these stay."""
    following = monorepo.settings.following(Follow.TIP)
    try:
        cold = frozen(monorepo, following, time.time)
    except DesiredStateError as error:
        cold = dict.fromkeys(following, error.message)
    moving = tuple(tag for tag in monorepo.settings.moving if tag not in cold)
    return moving, [f"`{tag}` stays where it is: {why}" for tag, why in cold.items()]


def named(monorepo: Monorepo) -> str:
    """The names of the tags that follow the tip, for people."""
    return ", ".join(f"`{tag}`" for tag in monorepo.settings.moving)


def _give_away(
    monorepo: Monorepo, result: ImageResult, sources: Sources, revision: Revision
) -> dict[str, ImageResult]:
    publisher, (moving, _) = monorepo.registry.publisher(result.artifact), moving_tags(monorepo)
    try:
        newer = publisher.target.fetch_manifest(revision.tag)
        if not newer or not is_same(publisher.target, newer, sources.image_of(result.artifact)):
            return {}  # the newer run has yet to push it, and moves its tags then
        for tag in moving:
            publisher.tag(newer, tag)
    except FluxError as error:
        return {result.artifact: result.failed(error)}
    tags = tuple(tag for tag in result.tags if tag not in moving)
    return {result.artifact: replace(result, tags=tags)}
