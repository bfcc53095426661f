"""Publishes a release: builds its artifact at its commit, and pushes the image with the version as tag."""

from flux.monorepo.monorepo import Monorepo
from flux.monorepo.publishing import Published, publish_release


def publish_tag(monorepo: Monorepo, tag: str) -> Published:
    """Push the image of the release that a tag names. Raises the errors of `read_tag`."""
    return publish_release(monorepo, tag)
