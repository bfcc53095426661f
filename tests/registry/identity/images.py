"""Images of ours, of others, and ours with something changed, to compare."""

import json
from pathlib import Path
from typing import Any

import pytest

from flux.artifact.image import CONFIG_TYPE, LAYER_TYPE, MANIFEST_TYPE
from flux.artifact.layer import digest_of
from flux.registry.folder.registry import LayoutRegistry
from flux.registry.target import Manifest, Target
from tests.registry.images import FLUX_CONFIG, image

OURS = image(b"content" * 1000)


@pytest.fixture
def target(tmp_path: Path) -> Target:
    return LayoutRegistry("images", tmp_path).repository("artifact")


def blob(target: Target, content: bytes, media_type: str) -> dict[str, Any]:
    target.push_blob(content)
    return {"mediaType": media_type, "digest": digest_of(content), "size": len(content)}


def theirs(
    target: Target,
    *layers: bytes,
    config: bytes = FLUX_CONFIG,
    config_type: str = CONFIG_TYPE,
    layer_type: str = LAYER_TYPE,
) -> Manifest:
    """An image that someone else made of our content."""
    document = {
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "config": blob(target, config, config_type),
        "layers": [blob(target, layer, layer_type) for layer in layers],
        "annotations": json.loads(OURS.manifest)["annotations"],
    }
    return Manifest(json.dumps(document).encode(), MANIFEST_TYPE)


def edited(**fields: Any) -> Manifest:
    return Manifest(json.dumps(json.loads(OURS.manifest) | fields).encode(), MANIFEST_TYPE)


def told(layer: bytes, **fields: Any) -> Manifest:
    """An image with this layer, told otherwise than it is."""
    there = {"mediaType": LAYER_TYPE, "digest": digest_of(layer), "size": len(layer)} | fields
    return edited(config={"mediaType": CONFIG_TYPE, "digest": digest_of(b"{}"), "size": 2}, layers=[there])
