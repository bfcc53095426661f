"""Moves the tags that follow an artifact's revision at the tip: `latest`, and some environments."""

import time
from collections.abc import Mapping
from dataclasses import replace

from flux.artifact.revision import Revision
from flux.errors import ContentError, DesiredStateError, FluxError, GitError
from flux.monorepo.commit_artifacts import Sources
from flux.monorepo.freezes import frozen, held
from flux.monorepo.image_result import ImageResult
from flux.monorepo.monorepo import Monorepo
from flux.notice import Notice
from flux.registry.identity import is_same
from flux.settings.phases import Follow


def settle_latest(
    monorepo: Monorepo, moved: Mapping[str, ImageResult], tip: str, revisions: Mapping[str, Revision]
) -> tuple[dict[str, ImageResult], list[Notice]]:
    """Check the tip again after its tags were moved to its `revisions`.

    If the tip has another revision by now, the tags move to the image that a newer run has pushed. Return
    the results that this changed, and notices.
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
        return altered, [
            Notice(unknown, f"{named(monorepo)} was moved, and may be wrong now", "build again to be sure")
        ]
    return altered, []


def moving_tags(monorepo: Monorepo) -> tuple[tuple[str, ...], list[Notice]]:
    """Return the tags that follow the tip, without frozen environments, and notices about the frozen ones."""
    following = monorepo.settings.following(Follow.TIP)
    cold: dict[str, FluxError]
    try:
        cold = {tag: held(freeze) for tag, freeze in frozen(monorepo, following, time.time).items()}
    except DesiredStateError as error:
        cold = dict.fromkeys(following, error)
    moving = tuple(tag for tag in monorepo.settings.moving if tag not in cold)
    return moving, [Notice(error, f"`{tag}` stays where it is") for tag, error in cold.items()]


def named(monorepo: Monorepo) -> str:
    """Return the names of the tags that follow the tip, for people."""
    return ", ".join(f"`{tag}`" for tag in monorepo.settings.moving)


def _give_away(
    monorepo: Monorepo, result: ImageResult, sources: Sources, revision: Revision
) -> dict[str, ImageResult]:
    publisher, (moving, _) = monorepo.registry.publisher(result.artifact), moving_tags(monorepo)
    try:
        newer = publisher.target.fetch_manifest(revision.tag)
        if not newer or not is_same(publisher.target, newer, sources.image_of(result.artifact)):
            return {}  # the newer run has not pushed it yet; it will move the tags
        for tag in moving:
            publisher.tag(newer, tag)
    except FluxError as error:
        return {result.artifact: result.failed(error)}
    tags = tuple(tag for tag in result.tags if tag not in moving)
    return {result.artifact: replace(result, tags=tags)}
