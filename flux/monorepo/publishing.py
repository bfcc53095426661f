"""Publishes a release: builds its artifact at its commit, and pushes the image with the version as tag."""

from dataclasses import dataclass, field, replace

from flux.errors import FluxError, RegistryError
from flux.monorepo.commit_artifacts import Sources
from flux.monorepo.followers import followers, frozen_followers
from flux.monorepo.image_result import ImageAction, ImageResult
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.release_notes import notes_of
from flux.monorepo.release_tags import read_tag
from flux.monorepo.releases import Released, below, make_release, releases
from flux.monorepo.repositories import lost_repositories
from flux.monorepo.tip_settings import take_current_settings
from flux.notice import AnyNotice
from flux.registry.naming import Naming
from flux.registry.push import push


@dataclass(frozen=True)
class Published:
    """`result` is None if the tag is not a release tag. `same_as` is the commit tag that had the image.

    `about` is the artifact and the version. `unreleased` is why no release was made for the tag.
    """

    tag: str
    result: ImageResult | None
    same_as: str = ""
    about: str = ""
    notices: list[AnyNotice] = field(default_factory=list)
    unreleased: FluxError | None = None


def publish_release(monorepo: Monorepo, tag: str) -> Published:
    """Push the image of a release. Its tags are the version and the commit tag.

    The result has an error if the version is already published with other content. Raises SettingError if the
    artifact was removed, and another one has its repository now.
    """
    take_current_settings(monorepo)
    released = read_tag(monorepo, tag)
    if released is None:
        return Published(tag, None, notices=[f"{tag} is not a release tag: there is nothing to publish"])
    if lost := lost_repositories(monorepo, [released.artifact]):
        raise lost[released.artifact]
    registry = monorepo.registry
    image = Sources(monorepo, released.commit).image_of(released.artifact)
    name, revision, version = released.artifact, image.revision, str(released.version)
    result = ImageResult(name, registry.name(name), image.revision_annotation, diff_id=image.diff_id)
    tags = [revision.tag, version, *followers(monorepo, name, released.version)]
    naming = Naming(version_tag=monorepo.settings.version_tag)
    try:
        publisher = registry.publisher(name)
        pushed = push(publisher, image, tags, fixed=version, thorough=True)
    except RegistryError as error:
        return Published(tag, result.failed(error))
    action = ImageAction(pushed.action)
    written = tuple(publisher.written(tag) if tag in pushed.had else naming.written(tag) for tag in tags)
    result = replace(result, digest=pushed.digest, tags=written, action=action)
    same_as = revision.tag if revision.tag in pushed.had else ""
    published = Published(tag, result, same_as, f"{name} {version}", [*frozen_followers(monorepo)])
    try:
        if release_pushed_tag(monorepo, released):
            published.notices.append(f"{tag}: released from the tag")
    except FluxError as error:  # the image is published anyway
        return replace(published, unreleased=error)
    return published


def release_pushed_tag(monorepo: Monorepo, released: Released) -> bool:
    """Make a release for a tag that was pushed without one, if the settings ask for it. Return whether one
    was made. Raises FluxError.
    """
    if not monorepo.settings.create_release or monorepo.forge.release(released.tag):
        return False
    last = below(releases(monorepo, [released.artifact]), released.version)
    notes = notes_of(monorepo, released.artifact, released.commit, last, released.tag)
    _, is_new = make_release(monorepo, released, notes)
    return is_new and not monorepo.dry_run
