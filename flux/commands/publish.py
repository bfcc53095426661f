"""Publish a release: build its artifact at its commit and push the image under the version."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from flux.errors import FluxError, RegistryError
from flux.monorepo.following import followers
from flux.monorepo.image_result import ImageAction, ImageResult
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.notes import notes_of
from flux.monorepo.release_tags import Tagged, read_tag
from flux.monorepo.releases import below, releases
from flux.monorepo.sources import Sources
from flux.registry.naming import Naming
from flux.registry.push import push


@dataclass(frozen=True)
class Published:
    """`result` is None where the tag is none of ours. `same_as` is the commit tag that had the image.

    `about` is the artifact and the version.
    """

    tag: str
    result: ImageResult | None
    same_as: str = ""
    about: str = ""
    notices: list[str] = field(default_factory=list)


def publish_release(monorepo: Monorepo, tag: str) -> Published:
    """Push the image of a release under its version and its commit tag.

    The result has an error where the version is published with other content.
    """
    tagged = read_tag(monorepo, tag)
    if tagged is None:
        return Published(tag, None, notices=[f"{tag} is no release tag of ours: nothing to publish"])
    registry = monorepo.registry
    image = Sources(monorepo, tagged.commit).image_of(tagged.artifact)
    name, revision, version = tagged.artifact, image.revision, str(tagged.version)
    result = ImageResult(name, registry.name(name), image.revision_annotation, diff_id=image.diff_id)
    tags = [revision.tag, version, *followers(monorepo, name, tagged.version)]
    try:
        pushed = push(registry.publisher(name), image, tags, fixed=version, thorough=True)
    except RegistryError as error:
        return Published(tag, result.failed(error))
    action = ImageAction(pushed.action)
    result = replace(result, digest=pushed.digest, tags=_written(monorepo, tags), action=action)
    same_as = revision.tag if revision.tag in pushed.had else ""
    notices = _create_release(monorepo, tag, tagged) if monorepo.settings.create_release else []
    return Published(tag, result, same_as, f"{name} {version}", notices)


def _written(monorepo: Monorepo, tags: Sequence[str]) -> tuple[str, ...]:
    """The tags as they are in the registry."""
    return tuple(map(Naming(version_tag=monorepo.settings.version_tag).written, tags))


def _create_release(monorepo: Monorepo, tag: str, tagged: Tagged) -> list[str]:
    """Make the release of a tag that was pushed without one. The image is published whatever comes of it."""
    try:
        if monorepo.forge.release(tag):
            return []
        last = below(releases(monorepo, [tagged.artifact]), tagged.version)
        notes = notes_of(monorepo, tagged.artifact, tagged.commit, last, tag)
        title = f"{tagged.artifact} {tagged.version}"
        monorepo.forge.create_release(tag, tagged.commit, title, notes, bool(tagged.version.prerelease))
    except FluxError as error:
        return [f"{tag} has no release: {error.message}; {error.hint}"]
    return [f"{tag}: released from the tag"]
