"""The tag `latest`, which belongs to an artifact's revision at the tip."""

from collections.abc import Mapping
from dataclasses import replace

from flux.artifact.image import Revision
from flux.errors import ContentError, FluxError, GitError
from flux.monorepo.image_result import ImageResult
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.sources import Sources
from flux.registry.identity import is_same

LATEST = "latest"


def settle_latest(
    monorepo: Monorepo, moved: Mapping[str, ImageResult], tip: str, revisions: Mapping[str, Revision]
) -> tuple[dict[str, ImageResult], list[str]]:
    """Look at the tip again after `latest` was moved to its `revisions`.

    Where the tip has another revision by now, `latest` belongs to what a newer run has pushed, and is moved
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
        return altered, [f"`{LATEST}` was moved, but now {unknown.message}; build again to be sure"]
    return altered, []


def _give_away(
    monorepo: Monorepo, result: ImageResult, sources: Sources, revision: Revision
) -> dict[str, ImageResult]:
    publisher = monorepo.registry.publisher(result.artifact)
    try:
        newer = publisher.target.fetch_manifest(revision.tag)
        if not newer or not is_same(publisher.target, newer, sources.image_of(result.artifact)):
            return {}  # the newer run has yet to push it, and moves `latest` then
        publisher.tag(newer, LATEST)
    except FluxError as error:
        return {result.artifact: result.failed(error)}
    tags = tuple(tag for tag in result.tags if tag != LATEST)
    return {result.artifact: replace(result, tags=tags)}
