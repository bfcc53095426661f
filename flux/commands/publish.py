"""Publishes a release: builds its artifact at its commit, and pushes the image with the version as tag."""

from flux.monorepo.monorepo import Monorepo
from flux.monorepo.observe_mode import Observed, observe_images
from flux.monorepo.publishing import Published, publish_release


def publish_tag(monorepo: Monorepo, tag: str) -> Published:
    """Push the image of the release that a tag names. Raises the errors of `read_tag`."""
    return publish_release(monorepo, tag)


def observe_published(monorepo: Monorepo, published: Published) -> list[Observed] | None:
    """Compare with the tags of an earlier system. Return None if the mode is not `observe`, or if the tag is
    not a release tag."""
    if not monorepo.settings.observes or published.result is None:
        return None
    return observe_images(monorepo, [published.result])
