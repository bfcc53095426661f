"""Points a repository's tags at an image, and sends only what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from flux.artifact.image import Image
from flux.errors import RegistryError, TooLargeError
from flux.registry.contents import has_files
from flux.registry.identity import Standing, Verdict, is_ours, judge_image
from flux.registry.target import Manifest, Publisher, Target, point


class PushAction(StrEnum):
    """What was done with an image."""

    PUSHED = "pushed"
    TAGGED = "tagged"
    """The image existed, and got a new tag."""
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Pushed:
    """The image's digest, None if only a push would tell it, and what was done. `had` are the tags that
    already pointed at that digest."""

    digest: str | None
    action: PushAction
    had: tuple[str, ...] = ()


def push(
    publisher: Publisher, image: Image, tags: Sequence[str], fixed: str = "", *, thorough: bool = False
) -> Pushed:
    """Point the tags at the image, in their order. Those after `fixed` come only once `fixed` is right.

    If the last tag is right, the tags before it are checked only if `thorough`. Our runs write them before
    the last one, but others may have overwritten them since.

    Raises RegistryError, before anything is written, if the tag `fixed` has other content: a version
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
    """Return the existing manifests that are the image, by tag. Raises the errors of `push`."""
    there: dict[str, Manifest] = {}
    for tag in reversed(tags):
        manifest = _fetch(target, tag, fixed)
        if manifest is None:
            continue
        if not thorough and tag == tags[-1] and is_ours(manifest, image):
            return dict.fromkeys(tags, manifest)
        if manifest in there.values() or (verdict := judge_image(target, manifest, image)).is_same:
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
        return None  # it is not ours, and will be replaced


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
