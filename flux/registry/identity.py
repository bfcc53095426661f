"""Whether an image that is there is the same as one of ours."""

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
# Of the config that `flux push artifact` gives every image, which tells no diff ID.
_FLUX_CONFIG = "sha256:5b943e2b943f6c81dbbd4e2eca5121f4fcc39139e3d1219d6d89bd925b77d9fe"


def is_same(target: Target, manifest: Manifest | None, image: Image) -> bool:
    """Whether a manifest has the image's content: the same diff ID and media types, whatever compressed it,
    and whatever its annotations say."""
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
    if config.get("digest") == image.config_digest:
        return True
    try:
        diff_id = _configured_diff_id(target, config) or _layer_diff_id(target, layers[0])
    except BlobMissingError:
        return False
    return diff_id == image.diff_id


def is_ours(manifest: Manifest | None, image: Image) -> bool:
    """Whether a manifest is what `image` is pushed as, its revision included."""
    document = (manifest and manifest.document) or {}
    try:
        return bool(
            document["config"]["digest"] == image.config_digest
            and document["annotations"][REVISION] == image.revision_annotation
        )
    except (KeyError, TypeError):
        return False


def _configured_diff_id(target: Target, config: dict[str, Any]) -> str | None:
    """The diff ID that the config tells; the flux CLI's tells none."""
    if config.get("digest") == _FLUX_CONFIG:
        return None
    try:
        content = (
            base64.b64decode(config["data"]) if "data" in config else target.fetch_blob(config["digest"])
        )
        (diff_id,) = json.loads(content)["rootfs"]["diff_ids"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return diff_id if isinstance(diff_id, str) else None


def _layer_diff_id(target: Target, layer: dict[str, Any]) -> str | None:
    compressed = target.fetch_blob(str(layer.get("digest")))
    diff_id = sha256()
    try:
        with GzipFile(fileobj=io.BytesIO(compressed)) as content:
            while chunk := content.read(_CHUNK):
                diff_id.update(chunk)
    except (BadGzipFile, EOFError, zlib.error):
        return None
    return "sha256:" + diff_id.hexdigest()
