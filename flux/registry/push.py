"""Bring a repository's tags to an image, sending only what is not there."""

from collections.abc import Sequence
from dataclasses import dataclass

from flux.artifact.image import MANIFEST_TYPE, Image
from flux.errors import RegistryError
from flux.registry.identity import is_ours, is_same
from flux.registry.target import Manifest, Target


@dataclass(frozen=True)
class Pushed:
    """The image's digest, and what was done: `pushed`, `tagged` or `unchanged`."""

    digest: str
    action: str


def push(target: Target, image: Image, tags: Sequence[str], fixed: str = "") -> Pushed:
    """Point the tags at the image, in their order.

    Raises RegistryError, before anything is written, where the tag `fixed` has other content: a version
    never changes.
    """
    there: dict[str, Manifest] = {}
    for tag in reversed(tags):
        manifest = target.fetch_manifest(tag)
        if manifest is None:
            continue
        if is_same(target, manifest, image):
            there[tag] = manifest
            if tag == tags[-1] and is_ours(manifest, image):
                return Pushed(manifest.digest, "unchanged")  # the tags before it were written before it
        elif tag == fixed:
            raise RegistryError(
                f"{tag} is published with other content, {manifest.digest}, and a version never changes",
                "release the new content as a new version",
            )
    missing = [tag for tag in tags if tag not in there]
    if there:
        manifest = there.get(fixed) or next(there[tag] for tag in tags if tag in there)
    else:
        manifest = Manifest(image.manifest, MANIFEST_TYPE)
        target.push_blob(image.config)
        target.push_blob(image.layer)
    for tag in missing:
        target.push_manifest(manifest, tag)
    return Pushed(manifest.digest, ("tagged" if missing else "unchanged") if there else "pushed")
