"""Publish a release: build its artifact at its commit and push it under the version."""

from dataclasses import dataclass, field, replace
from typing import Any

from semver import Version

from flux.commands.build import Result
from flux.errors import RegistryError, RequestError
from flux.event import Event
from flux.git.clone import Clone
from flux.monorepo.registry import open_target_registry
from flux.monorepo.sources import Sources
from flux.registry.push import push
from flux.release.tag import TagForm
from flux.settings import Settings


@dataclass(frozen=True)
class Published:
    """`result` is None where the tag is none of ours; `same_as` is the commit tag that had the image."""

    tag: str
    result: Result | None
    same_as: str = ""
    notices: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        return {"artifacts": [self.result.document()] if self.result else []}


@dataclass(frozen=True)
class Tagged:
    """What a release tag says, and the commit that it is at."""

    artifact: str
    version: Version
    commit: str


def read_tag(repository: Clone, settings: Settings, event: Event, tag: str) -> Tagged | None:
    """The release of a tag at its home, on the line of the tip.

    None in a release's event for a tag of another form, which is none of ours. Raises RequestError for a
    version with build metadata, for a tag that is not there, and for a commit that is not on the first-parent
    line of the tip.
    """
    form = TagForm(settings.release_tag)
    parsed = form.parse(tag)
    if parsed is None:
        without, plus, _ = tag.rpartition("+")
        if plus and form.parse(without):
            raise RequestError(
                f"{tag!r} has build metadata, and `+` cannot be in an OCI tag", f"release it as {without}"
            )
        if event.name == "release":
            return None
        raise RequestError(f"{tag!r} is no release tag", f"release tags have the form {settings.release_tag}")
    commit = repository.home_tags().get(tag)
    if commit is None or not repository.obtain(commit):
        where = "origin" if repository.origin_url else "this repository"
        raise RequestError(f"there is no tag {tag} in {where}", "make the release first: `inv release`")
    require_on_line(repository, settings, commit, tag)
    return Tagged(*parsed, commit)


def require_on_line(repository: Clone, settings: Settings, commit: str, what: str) -> None:
    """Raises RequestError for a commit that is not on the first-parent line of the tip."""
    tip = repository.tip(settings.branch)
    if repository.is_on_line(commit, tip):
        return
    merge = repository.merge_of(commit, tip)
    if merge is None:
        raise RequestError(
            f"{what} is at {commit[:12]}, which is not on {settings.branch}",
            f"merge it into {settings.branch} first",
        )
    raise RequestError(
        f"{what} is at {commit[:12]}, a commit of a branch that {merge[:12]} merged into {settings.branch}",
        f"release {merge[:12]}, which is on the first-parent line of {settings.branch}",
    )


def publish(repository: Clone, settings: Settings, event: Event, tag: str, dry_run: bool) -> Published:
    """Push the image of a release under its version and its commit tag.

    The result is a failed one where the version is published with other content.
    """
    tagged = read_tag(repository, settings, event, tag)
    if tagged is None:
        return Published(tag, None, notices=[f"{tag} is no release tag of ours: nothing to publish"])
    registry = open_target_registry(repository, settings, event, dry_run)
    image = Sources(repository, settings, tagged.commit).image_of(tagged.artifact)
    name, revision, version = tagged.artifact, image.revision, str(tagged.version)
    result = Result(name, registry.name(name), image.revision_annotation, diff_id=image.diff_id)
    try:
        pushed = push(registry.publisher(name), image, [revision.tag, version], fixed=version)
    except RegistryError as error:
        return Published(tag, replace(result, error=error.message, hint=error.hint))
    result = replace(result, digest=pushed.digest, tags=(revision.tag, version), action=pushed.action)
    return Published(tag, result, revision.tag if revision.tag in pushed.had else "")
