"""Digests that a registry tells, which count only where they are ones, and those of what it sent."""

import pytest

from flux.artifact.image import MANIFEST_TYPE
from flux.artifact.layer import digest_of
from flux.errors import RegistryError
from flux.registry.remote.digest import is_digest, require_same, told_digest
from flux.registry.remote.registry import RemoteRegistry
from flux.registry.remote.repository import RemoteTarget
from flux.registry.target import Manifest
from tests.registry.scripted import reply, scripted

MANIFEST = Manifest(b'{"schemaVersion": 2}', MANIFEST_TYPE)
NONE = [
    "sha256:" + "A" * 64,
    "sha256:" + "a" * 63,
    "sha256:" + "a" * 65,
    "sha256:" + "\N{ARABIC-INDIC DIGIT FOUR}" * 64,
    "sha512:" + "a" * 128,
    "SHA256:" + "a" * 64,
    "a" * 64,
    "",
    "sha256:../../../etc/passwd",
    "::error::x",
]


def at(host: str) -> RemoteTarget:
    return RemoteRegistry(host, jobs=1, insecure=None).repository("app")


@pytest.mark.parametrize("digest", NONE)
def test_what_is_no_digest(digest: str) -> None:
    assert not is_digest(digest)
    with pytest.raises(RegistryError, match="not a sha256 digest"):
        told_digest({"Docker-Content-Digest": digest}, "host/app")


def test_what_is_one() -> None:
    assert is_digest(MANIFEST.digest)
    assert not is_digest(None)
    assert not is_digest(MANIFEST.digest + "\n")
    assert told_digest({"Docker-Content-Digest": MANIFEST.digest}, "host/app") == MANIFEST.digest
    assert told_digest({}, "host/app") is None


def test_only_what_was_claimed_has_to_be_the_same() -> None:
    require_same(MANIFEST.digest, None, "host/app")
    require_same(MANIFEST.digest, MANIFEST.digest, "host/app")
    with pytest.raises(RegistryError, match="has digest"):
        require_same(MANIFEST.digest, digest_of(b"other"), "host/app")


@pytest.mark.parametrize("digest", [d for d in NONE if d.isascii()])
def test_none_is_ever_believed(digest: str) -> None:
    lie = reply(body=MANIFEST.content, headers={"Docker-Content-Digest": digest})
    with scripted(lie) as script, pytest.raises(RegistryError, match="not a sha256 digest"):
        at(script.host).resolve("latest")
    with scripted(lie) as script, pytest.raises(RegistryError, match="not a sha256 digest"):
        at(script.host).fetch_manifest("latest")
    stored = reply(201, headers={"Docker-Content-Digest": digest})
    with scripted(stored) as script, pytest.raises(RegistryError, match="not a sha256 digest"):
        at(script.host).push_manifest(MANIFEST, "latest")


def test_the_header_and_the_digest_asked_for_both_count() -> None:
    """A header that agrees with the request does not make the content right."""
    asked = digest_of(b"other")
    lie = reply(body=MANIFEST.content, headers={"Docker-Content-Digest": asked})
    with scripted(lie) as script, pytest.raises(RegistryError, match=f"not {asked}"):
        at(script.host).fetch_manifest(asked)
    honest = reply(body=MANIFEST.content, headers={"Docker-Content-Digest": MANIFEST.digest})
    with scripted(honest) as script, pytest.raises(RegistryError, match=f"not {asked}"):
        at(script.host).fetch_manifest(asked)
