"""Publish a release: build its artifact at its commit and push the image under the version."""

from dataclasses import dataclass, field, replace

from flux.errors import RegistryError
from flux.monorepo.image_result import ImageAction, ImageResult
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.release_tags import read_tag
from flux.monorepo.sources import Sources
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
    try:
        pushed = push(registry.publisher(name), image, [revision.tag, version], fixed=version, thorough=True)
    except RegistryError as error:
        return Published(tag, result.failed(error))
    action = ImageAction(pushed.action)
    result = replace(result, digest=pushed.digest, tags=(revision.tag, version), action=action)
    same_as = revision.tag if revision.tag in pushed.had else ""
    return Published(tag, result, same_as, f"{name} {version}")
