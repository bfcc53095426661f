"""Bring a repository's tags to an image, sending only what is not there."""

from collections.abc import Sequence

from flux.artifact.image import MANIFEST_TYPE, Image
from flux.registry.identity import is_ours, is_same
from flux.registry.target import Manifest, Target


def push(target: Target, image: Image, tags: Sequence[str]) -> tuple[str, str]:
    """Point the tags at the image, in their order.

    Returns the image's digest and what was done: `pushed`, `tagged` or `unchanged`.
    """
    there: dict[str, Manifest] = {}
    for tag in reversed(tags):
        manifest = target.fetch_manifest(tag)
        if manifest is None or not is_same(target, manifest, image):
            continue
        there[tag] = manifest
        if tag == tags[-1] and is_ours(manifest, image):
            return manifest.digest, "unchanged"  # the tags before it were written before it
    missing = [tag for tag in tags if tag not in there]
    if there:
        manifest = next(there[tag] for tag in tags if tag in there)
    else:
        manifest = Manifest(image.manifest, MANIFEST_TYPE)
        target.push_blob(image.config)
        target.push_blob(image.layer)
    for tag in missing:
        target.push_manifest(manifest, tag)
    return manifest.digest, ("tagged" if missing else "unchanged") if there else "pushed"
