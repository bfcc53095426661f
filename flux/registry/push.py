"""Bring a repository's tags to an image, sending only what is not there."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from flux.artifact.image import Image
from flux.errors import RegistryError, TooLargeError
from flux.registry.contents import has_files
from flux.registry.identity import Standing, Verdict, is_ours, judge
from flux.registry.target import Manifest, Publisher, Target, point


class PushAction(StrEnum):
    """What was done with an image."""

    PUSHED = "pushed"
    TAGGED = "tagged"
    """It was there, and got a tag that it did not have."""
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Pushed:
    """The image's digest, None where only pushing would tell it, and what was done; `had` are those of the
    tags that pointed at that digest already."""

    digest: str | None
    action: PushAction
    had: tuple[str, ...] = ()


def push(
    publisher: Publisher, image: Image, tags: Sequence[str], fixed: str = "", *, thorough: bool = False
) -> Pushed:
    """Point the tags at the image, in their order: those after `fixed` only when that is where it should be.

    Where the last tag is right, those before it are only looked at if this is `thorough`: a run of ours
    wrote them before it, but others may have overwritten them since.

    Raises RegistryError, before anything is written, where the tag `fixed` has other content: a version
    never changes.
    """
    there = _find_same(publisher.target, image, tags, fixed, thorough)
    first = tags[: tags.index(fixed) + 1] if fixed else tags
    after = tags[len(first) :]
    if not there:
        digest = publisher.push(image, first)
        if after and (pushed := publisher.target.fetch_manifest(digest or fixed)):
            point(publisher, pushed, after)
        return Pushed(digest, PushAction.PUSHED)
    manifest = there.get(fixed) or next(there[tag] for tag in tags if tag in there)
    missing = [tag for tag in tags if tag not in there]
    for some in (first, after):
        point(publisher, manifest, [tag for tag in some if tag in missing])
    had = tuple(tag for tag in tags if there.get(tag) == manifest)
    return Pushed(manifest.digest, PushAction.TAGGED if missing else PushAction.UNCHANGED, had)


def _find_same(
    target: Target, image: Image, tags: Sequence[str], fixed: str, thorough: bool
) -> dict[str, Manifest]:
    """By tag, the manifests that are there and are the image. Raises what `push` does."""
    there: dict[str, Manifest] = {}
    for tag in reversed(tags):
        manifest = _fetch(target, tag, fixed)
        if manifest is None:
            continue
        if not thorough and tag == tags[-1] and is_ours(manifest, image):
            return dict.fromkeys(tags, manifest)
        if manifest in there.values() or (verdict := judge(target, manifest, image)).is_same:
            there[tag] = manifest
        elif tag == fixed:
            raise _refusal(target, tag, manifest, image, verdict)
    return there


def _fetch(target: Target, tag: str, fixed: str) -> Manifest | None:
    try:
        return target.fetch_manifest(tag)
    except TooLargeError:
        if tag == fixed:
            raise
        return None  # no manifest of ours, which ours replaces


def _refusal(target: Target, tag: str, manifest: Manifest, image: Image, verdict: Verdict) -> RegistryError:
    never = f"{manifest.digest}, and a version never changes"
    if verdict.standing is Standing.OTHER and has_files(target, manifest, image.read()):
        return RegistryError(
            f"{tag} is published with the same files, but with other modes, {never}",
            "release a new version; who pushes by hand needs a clean checkout under umask 022",
        )
    if not verdict.why:
        return RegistryError(
            f"{tag} is published with other content, {never}", "release the new content as a new version"
        )
    return RegistryError(
        f"{tag} is published with other content, {never}: {verdict.why}",
        "find out who pushed it, and release a new version",
    )
