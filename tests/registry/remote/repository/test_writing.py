"""What a registry may answer to who writes, and what passes and is tried again."""

import time
from email.utils import formatdate

import pytest

from flux.errors import RegistryUnreachableError
from flux.registry.target import Manifest
from tests.registry.remote.repository.answering import (
    BLOB,
    BLOB_DIGEST,
    DIGEST,
    HTML,
    LATEST,
    MANIFEST,
    OTHER,
    START,
    at,
    error,
    refused,
)
from tests.registry.scripted import CUT_OFF, DROPPED, reply, scripted
from tests.servers import Answer


def test_a_blob_that_can_be_mounted_is_not_sent() -> None:
    with scripted(reply(201)) as script:
        at(script).push_blob(BLOB)
    assert script.asked == [START]
    assert script.requests[0].body == b""


@pytest.mark.parametrize(
    ("location", "upload"),
    [
        ("/upload/1", f"/upload/1?digest={BLOB_DIGEST}"),
        ("1", f"/v2/some/artifact/blobs/uploads/1?digest={BLOB_DIGEST}"),
        ("http://{host}/upload/1", f"/upload/1?digest={BLOB_DIGEST}"),
        ("/upload/1?state=a%2Fb%3D", f"/upload/1?state=a%2Fb%3D&digest={BLOB_DIGEST}"),
        ("http://{host}/1?a=b&c=", f"/1?a=b&c=&digest={BLOB_DIGEST}"),
    ],
)
def test_a_blob_is_sent_to_where_the_registry_says(location: str, upload: str) -> None:
    with scripted(reply(202, headers={"Location": location}), reply(201)) as script:
        at(script).push_blob(BLOB)
    assert script.asked == [START, f"PUT {upload}"]
    assert script.requests[1].body == BLOB
    assert script.requests[1].headers["Content-Type"] == "application/octet-stream"


def test_a_failed_upload_begins_anew() -> None:
    first, second = (reply(202, headers={"Location": f"/upload/{number}"}) for number in (1, 2))
    with scripted(first, error(404, "BLOB_UPLOAD_UNKNOWN"), second, reply(201)) as script:
        at(script).push_blob(BLOB)
    uploads = [f"PUT /upload/{number}?digest={BLOB_DIGEST}" for number in (1, 2)]
    assert script.asked == [START, uploads[0], START, uploads[1]]


def test_a_manifest_is_sent_with_its_media_type() -> None:
    with scripted(reply(201)) as script:
        at(script).push_manifest(Manifest(MANIFEST.content, "application/x"), "latest")
    assert script.asked == [f"PUT {LATEST}"]
    assert script.requests[0].body == MANIFEST.content
    assert script.requests[0].headers["Content-Type"] == "application/x"


def test_a_manifest_that_arrived_otherwise_is_noticed() -> None:
    with scripted(reply(201, headers={"Docker-Content-Digest": OTHER})) as script:
        said = refused(lambda: at(script).push_manifest(MANIFEST, "latest"))
    name = f"{script.host}/some/artifact"
    assert said.message == f"{name}: manifest latest has digest {MANIFEST.digest}, not {OTHER}"


@pytest.mark.parametrize("status", [200, 201, 202])
def test_a_manifest_is_stored_once_its_digest_is_confirmed(status: int) -> None:
    with scripted(reply(status, headers=DIGEST)) as script:
        at(script).push_manifest(MANIFEST, "latest")
    assert script.asked == [f"PUT {LATEST}"]


@pytest.mark.parametrize("status", [200, 202])
def test_an_answer_that_tells_no_digest_is_looked_after(status: int) -> None:
    with scripted(reply(status), reply(headers=DIGEST)) as script:
        at(script).push_manifest(MANIFEST, "latest")
    assert script.asked == [f"PUT {LATEST}", f"HEAD {LATEST}"]
    with scripted(reply(status, b"<html>", HTML), reply(404), reply(404)) as script:
        said = refused(lambda: at(script).push_manifest(MANIFEST, "latest"))
    assert said.message.endswith(f"manifest latest has digest {MANIFEST.digest}, not none at all")
    with scripted(reply(status), reply(headers={"Docker-Content-Digest": OTHER})) as script:
        said = refused(lambda: at(script).push_manifest(MANIFEST, "latest"))
    assert said.message.endswith(f"has digest {MANIFEST.digest}, not {OTHER}")


@pytest.mark.parametrize(
    "passing",
    [
        *(error(status, "UNKNOWN") for status in (408, 500, 502, 503, 504)),
        reply(502, b"<html>Bad gateway</html>", HTML),
        error(429, "TOOMANYREQUESTS"),
        error(429, "TOOMANYREQUESTS", **{"Retry-After": "0"}),
        error(429, "TOOMANYREQUESTS", **{"Retry-After": formatdate(0, usegmt=True)}),
        error(429, "TOOMANYREQUESTS", **{"Retry-After": "12.5ms"}),
        error(503, "UNAVAILABLE", **{"Retry-After": ""}),
        error(403, "TOOMANYREQUESTS"),
        error(403, "DENIED", **{"Retry-After": "0"}),
        error(400, "DIGEST_INVALID"),
        error(400, "MANIFEST_BLOB_UNKNOWN"),
        error(404, "MANIFEST_BLOB_UNKNOWN"),
        CUT_OFF,
        DROPPED,
    ],
)
def test_what_passes_is_tried_again_at_once(passing: Answer | bytes) -> None:
    with scripted(passing, reply(201, headers=DIGEST)) as script:
        at(script).push_manifest(MANIFEST, "latest")
    assert script.asked == [f"PUT {LATEST}"] * 2
    assert [request.body for request in script.requests] == [MANIFEST.content] * 2


def test_a_blob_that_broke_off_is_fetched_again() -> None:
    with scripted(CUT_OFF, reply(body=BLOB)) as script:
        assert at(script).fetch_blob(BLOB_DIGEST) == BLOB


def test_it_waits_as_long_as_the_registry_asks_for() -> None:
    with scripted(error(429, "TOOMANYREQUESTS", **{"Retry-After": "1"}), reply(headers=DIGEST)) as script:
        before = time.monotonic()
        assert at(script).resolve("latest") == MANIFEST.digest
    assert time.monotonic() - before >= 1


def test_a_token_service_that_limits_is_asked_again() -> None:
    token = 'Bearer realm="http://{host}/token",service="x",scope="repository:some/artifact:pull"'
    limited = reply(403, headers={"Retry-After": "0"})
    granted = reply(body=b'{"token": "t"}')
    with scripted(
        reply(401, headers={"WWW-Authenticate": token}),
        limited,
        reply(401, headers={"WWW-Authenticate": token}),
        granted,
        reply(headers=DIGEST),
    ) as script:
        assert at(script).resolve("latest") == MANIFEST.digest


def test_a_rate_limit_that_lets_half_an_upload_through_is_said_after_five_tries() -> None:
    begun = reply(202, headers={"Location": "/v2/some/artifact/blobs/uploads/1"})
    with scripted(*[begun, error(429, "TOOMANYREQUESTS")] * 5) as script:
        said = refused(lambda: at(script).push_blob(BLOB))
    assert said.message.endswith("TOOMANYREQUESTS said so (5 tries)")


def test_what_does_not_pass_is_said_after_five_tries() -> None:
    with scripted(*[error(500, "UNKNOWN", "disk\nis full")] * 5) as script:
        said = refused(lambda: at(script).push_manifest(MANIFEST, "latest"))
    assert said.message == f"{script.host} answered 500 to PUT {LATEST}: UNKNOWN disk is full (5 tries)"
    assert said.hint == "run the same command again: it continues where this run stopped"
    assert not isinstance(said, RegistryUnreachableError)
