"""Manifests of ours and of flux, and ours with something changed."""

import json
import struct
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from flux.artifact.image import LAYER_TYPE, MANIFEST_TYPE
from flux.artifact.image_manifest import Foreign, ImageManifest, parse_manifest
from flux.artifact.layer import digest_of
from tests import parts
from tests.conftest import need
from tests.registry.images import image

OURS = image(b"content").manifest

# What `flux push artifact` 2.9.4 has pushed.
FLUXES = (
    b'{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":'
    b'"application/vnd.cncf.flux.config.v1+json","size":115,"digest":'
    b'"sha256:5b943e2b943f6c81dbbd4e2eca5121f4fcc39139e3d1219d6d89bd925b77d9fe"},"layers":[{"mediaType":'
    b'"application/vnd.cncf.flux.content.v1.tar+gzip","size":119,"digest":'
    b'"sha256:db30064592346e20a77aa23b91cca6e45f595a9cbc1627412cabd8ebdae88668"}],"annotations":{'
    b'"org.opencontainers.image.created":"1970-01-01T00:00:00Z","org.opencontainers.image.revision":'
    b'"main@sha1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","org.opencontainers.image.source":'
    b'"https://example.com/x"}}'
)

EVIL = digest_of(b"evil")

Reader = Callable[[bytes], Any]


@pytest.fixture(scope="module")
def flux_reads() -> Iterator[Reader]:
    """What Flux takes a manifest for; None where it has an error."""
    program = need(parts.reader)
    with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        stdin, stdout = process.stdin, process.stdout

        def read(content: bytes) -> Any:
            stdin.write(struct.pack(">I", len(content)) + content)
            stdin.flush()
            return json.loads(stdout.readline())

        yield read
        stdin.close()


def accepted(content: bytes) -> ImageManifest:
    read = parse_manifest(content, MANIFEST_TYPE)
    assert isinstance(read, ImageManifest), read
    return read


def refused(content: bytes, media_type: str = MANIFEST_TYPE) -> str:
    read = parse_manifest(content, media_type)
    assert isinstance(read, Foreign)
    assert read.why
    assert read.why.isprintable()
    assert len(read.why) < 300
    return read.why


def edited(edit: Callable[[Any], object], content: bytes = OURS) -> bytes:
    document = json.loads(content)
    edit(document)
    return json.dumps(document).encode()


def inserted(more: str, content: bytes = OURS) -> bytes:
    """More keys at the end of the document."""
    return content[:-1] + b"," + more.encode() + b"}"


LAYER = json.dumps([{"mediaType": LAYER_TYPE, "digest": EVIL, "size": 4}])
