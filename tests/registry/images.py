"""Small images to push."""

import gzip
import json

from flux.artifact.image import MANIFEST_TYPE, Image
from flux.artifact.revision import Revision
from flux.registry.target import Manifest, Target
from tests.artifact.trees import archived

# What `flux push artifact` 2.9.4 pushes as the config of every image.
FLUX_CONFIG = (
    b'{"architecture":"","created":"0001-01-01T00:00:00Z","os":"",'
    b'"rootfs":{"type":"layers","diff_ids":null},"config":{}}'
)


def image(tar: bytes = b"content", *, commit: str = "a" * 40, source: str = "https://example.com/x") -> Image:
    return Image(lambda: [tar], "main", Revision(commit, 0), source)


def packed(content: bytes = b"content", *, commit: str = "a" * 40, **more: str) -> Image:
    """An image whose layer is one, with a file of that content."""
    tar = archived([(".", 0o755, None), ("a.yaml", 0o644, content)])
    return image(tar, commit=commit, **more)


def push(target: Target, image: Image, *tags: str) -> Manifest:
    """Push all of an image, as it is, under each tag."""
    manifest = Manifest(image.manifest, MANIFEST_TYPE)
    target.push_blob(image.config)
    target.push_blob(image.layer.content)
    for tag in tags:
        target.push_manifest(manifest, tag)
    return manifest


def content(target: Target, reference: str) -> bytes:
    """The uncompressed layer of an image."""
    manifest = target.fetch_manifest(reference)
    assert manifest
    (descriptor,) = json.loads(manifest.content)["layers"]
    return gzip.decompress(target.fetch_blob(descriptor["digest"]))
