"""Checks whether an existing image is the one that git builds.

An image of ours may be signed and go to production. Write access to the registry is no proof. So the
manifest is read strictly, the layer is unpacked and compared with what git builds, and the annotations have
to be those that we would write.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from flux.artifact.claims import claim_fault, revision_fault
from flux.artifact.image import MANIFEST_TYPE, Image, told_diff_id
from flux.artifact.image_manifest import Foreign, ImageManifest, parse_manifest
from flux.artifact.layer import Layer
from flux.artifact.unpacking import decompressed
from flux.errors import BlobMissingError, ContentError, TooLargeError
from flux.registry.target import Manifest, Target

_OVERHEAD = 64 << 10
"""Bytes that a compressor may add to incompressible data, with a margin."""


class Standing(StrEnum):
    """How an existing image compares with the one that git builds."""

    SAME = "same"
    FOREIGN = "foreign"
    OTHER = "other content"


@dataclass(frozen=True)
class Verdict:
    """`why` is a clause for people, empty if the content is the same or simply different."""

    standing: Standing
    why: str = ""

    @property
    def is_same(self) -> bool:
        return self.standing is Standing.SAME


_SAME, _OTHER = Verdict(Standing.SAME), Verdict(Standing.OTHER)


def judge_image(target: Target, manifest: Manifest, image: Image) -> Verdict:
    """Compare a manifest with the image that git builds, whoever pushed and compressed it.

    No blob is fetched if the manifest is the one that we would write. Raises RegistryError if a blob cannot
    be fetched.
    """
    if is_ours(manifest, image):
        return _SAME
    read = parse_manifest(manifest.content, manifest.media_type)
    if isinstance(read, Foreign):
        return Verdict(Standing.OTHER if read.is_other else Standing.FOREIGN, read.why)
    if fault := read.type_fault or claim_fault(read.annotations, image):
        return Verdict(Standing.FOREIGN, fault)
    verdict = _content(target, read, image)
    if verdict.is_same and (fault := revision_fault(read.annotations, image)):
        return Verdict(Standing.FOREIGN, fault)
    return verdict


def is_same(target: Target, manifest: Manifest | None, image: Image) -> bool:
    """Whether there is a manifest, and `judge_image` finds it to be the image."""
    return manifest is not None and judge_image(target, manifest, image).is_same


def is_ours(manifest: Manifest | None, image: Image) -> bool:
    """Whether a manifest is byte for byte the one that we write for an image."""
    if manifest is None or manifest.media_type != MANIFEST_TYPE:
        return False
    # `image.manifest` compresses the layer, which is slow. So the digest of the config is compared first.
    return image.config_digest.encode() in manifest.content and manifest.content == image.manifest


def _content(target: Target, manifest: ImageManifest, image: Image) -> Verdict:
    """Compare the layers. The config is trusted only if it says that the content is another."""
    config, layer = manifest.config, manifest.layer
    if config.digest == image.config_digest and config.size != len(image.config):
        return Verdict(Standing.FOREIGN, f"its config has {len(image.config)} bytes, not {config.size}")
    if config.digest == image.config_digest and layer.digest == image.layer.digest:
        size = len(image.layer.content)
        if layer.size != size:
            return Verdict(Standing.FOREIGN, f"its layer has {size} bytes, not {layer.size}")
        return _SAME
    if told_diff_id(config.data or b"") not in (None, image.diff_id):
        return _OTHER
    if layer.size > 2 * image.layer.tar_size + _OVERHEAD:
        return _OTHER
    try:
        blob = target.fetch_blob(layer.digest, layer.size)
    except BlobMissingError:
        return Verdict(Standing.OTHER, "its layer is missing")
    except TooLargeError:
        return Verdict(Standing.FOREIGN, f"its layer has more than the {layer.size} bytes that it declares")
    if len(blob) != layer.size:
        return Verdict(Standing.FOREIGN, f"its layer has {len(blob)} bytes, not {layer.size}")
    return _unpacked(blob, image.layer)


def _unpacked(blob: bytes, layer: Layer) -> Verdict:
    """Compare a blob with the tar of a layer. Unpacking stops beyond the size of this tar."""
    summed, size = hashlib.sha256(), 0
    try:
        for piece in decompressed(blob):
            size += len(piece)
            if size > layer.tar_size:
                return _OTHER
            summed.update(piece)
    except ContentError as error:
        return Verdict(Standing.OTHER, error.message)
    return _SAME if f"sha256:{summed.hexdigest()}" == layer.diff_id else _OTHER
