"""A repository behind a registry that follows a script."""

import json
from collections.abc import Callable

import pytest

from flux.artifact.image import MANIFEST_TYPE
from flux.artifact.layer import digest_of
from flux.errors import RegistryError
from flux.registry.remote.registry import RemoteRegistry
from flux.registry.target import Manifest, Target
from tests.registry.scripted import Script, reply
from tests.servers import Answer

MANIFEST = Manifest(b'{"schemaVersion": 2}', MANIFEST_TYPE)

DIGEST = {"Docker-Content-Digest": MANIFEST.digest}

BLOB = b"content"

BLOB_DIGEST = digest_of(BLOB)

OTHER = digest_of(b"other")

HTML = {"Content-Type": "text/html; charset=utf-8"}

START = f"POST /v2/some/artifact/blobs/uploads/?mount={BLOB_DIGEST}&from=some/artifact"

LATEST = "/v2/some/artifact/manifests/latest"


def at(script: Script) -> Target:
    return RemoteRegistry(f"{script.host}/some", jobs=1, insecure=None).repository("artifact")


def error(status: int, code: str, message: str = "said so", **headers: str) -> Answer:
    body = json.dumps({"errors": [{"code": code, "message": message}]}).encode()
    return reply(status, body, {"Content-Type": "application/json", **headers})


def refused(use: Callable[[], object]) -> RegistryError:
    with pytest.raises(RegistryError) as raised:
        use()
    return raised.value
