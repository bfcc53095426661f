"""The versions of charts and container images that an artifact's manifests name."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import yaml

from flux.artifact.manifests import is_manifest, load, mappings


def named_versions(contents: Mapping[str, bytes]) -> dict[str, set[str]]:
    """Return the charts and images in an artifact's files (by path), each with its versions."""
    found: dict[str, set[str]] = {}
    for path, content in contents.items():
        if is_manifest(path):
            for name, version in _documents(content):
                found.setdefault(name, set()).add(version)
    return found


def _documents(content: bytes) -> Iterator[tuple[str, str]]:
    documents: list[Any] = []
    with suppress(yaml.YAMLError, UnicodeDecodeError, ValueError):
        for document in load(content):
            documents.append(document)
    for node in mappings(documents):
        yield from _versions(node)


def _versions(node: dict[Any, Any]) -> Iterator[tuple[str, str]]:
    chart, version = node.get("chart"), node.get("version")
    if isinstance(chart, str) and isinstance(version, str):
        yield f"chart {chart}", version
    match node:
        case {"kind": "OCIRepository", "spec": {"url": str(url), "ref": dict(ref)}}:
            followed = ref.get("tag") or ref.get("semver") or ref.get("digest")
            if isinstance(followed, str):
                yield f"chart {url.removeprefix('oci://')}", followed
        case {"repository": str(image), "tag": str(tag)}:
            yield f"image {image}", tag
    reference = node.get("image")
    if isinstance(reference, str):
        name, _, followed = reference.partition("@")[0].rpartition(":")
        if name and "/" not in followed:
            yield f"image {name}", followed
