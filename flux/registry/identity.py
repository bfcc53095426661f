"""Whether an image that is there is the same as one of ours.

What is the same may be signed, so for that only the layer's own bytes are believed: a config can tell the
diff ID of another one.
"""

import base64
import io
import json
import zlib
from gzip import BadGzipFile, GzipFile
from hashlib import sha256
from typing import Any

from flux.artifact.image import CONFIG_TYPE, LAYER_TYPE, REVISION, Image
from flux.errors import BlobMissingError
from flux.registry.target import Manifest, Target

_CHUNK = 1 << 20


def is_same(target: Target, manifest: Manifest | None, image: Image) -> bool:
    """Whether a manifest has the image's content: the same diff ID and media types, whatever compressed it,
    and whatever its config and its annotations say."""
    document = manifest.document if manifest else None
    if document is None:
        return False
    config, layers = document.get("config"), document.get("layers")
    if not isinstance(config, dict) or config.get("mediaType") != CONFIG_TYPE:
        return False
    if not isinstance(layers, list) or len(layers) != 1 or not isinstance(layers[0], dict):
        return False
    if layers[0].get("mediaType") != LAYER_TYPE:
        return False
    digest = str(layers[0].get("digest"))
    # With our config it is probably our layer too, which takes no request to tell.
    if config.get("digest") == image.config_digest and digest == image.layer_digest:
        return True
    if _tells_of_another(config, image):
        return False
    try:
        return _unpacks_to(target.fetch_blob(digest), image)
    except BlobMissingError:
        return False


def is_ours(manifest: Manifest | None, image: Image) -> bool:
    """Whether a manifest is what `image` is pushed as, its revision included."""
    document = (manifest and manifest.document) or {}
    try:
        return bool(
            document["config"]["digest"] == image.config_digest
            and document["layers"][0]["digest"] == image.layer_digest
            and document["annotations"][REVISION] == image.revision_annotation
        )
    except (KeyError, TypeError, IndexError):
        return False


def _tells_of_another(config: dict[str, Any], image: Image) -> bool:
    """Whether a config that is embedded in the manifest, as ours are, tells another diff ID."""
    try:
        (diff_id,) = json.loads(base64.b64decode(config["data"]))["rootfs"]["diff_ids"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
    return bool(diff_id != image.diff_id)


def _unpacks_to(layer: bytes, image: Image) -> bool:
    """Whether a layer has the image's diff ID; of one that is larger than the image no more is unpacked."""
    diff_id, size = sha256(), 0
    try:
        with GzipFile(fileobj=io.BytesIO(layer)) as content:
            while chunk := content.read(_CHUNK):
                size += len(chunk)
                if size > len(image.tar):
                    return False
                diff_id.update(chunk)
    except (BadGzipFile, EOFError, zlib.error):
        return False
    return "sha256:" + diff_id.hexdigest() == image.diff_id
