"""What a registry refuses, and registries that are not there."""

import json
import socket
import time

import pytest

from flux.errors import RegistryUnreachableError
from flux.registry.remote.registry import RemoteRegistry
from flux.registry.target import Manifest
from tests.registry.remote.repository.answering import (
    BLOB,
    BLOB_DIGEST,
    DIGEST,
    HTML,
    LATEST,
    MANIFEST,
    OTHER,
    at,
    error,
    refused,
)
from tests.registry.scripted import reply, scripted
from tests.servers import Answer


@pytest.mark.parametrize(
    ("answer", "message", "hint"),
    [
        (
            error(400, "MANIFEST_INVALID", "manifest invalid"),
            "{host} answered 400 to PUT {path}: MANIFEST_INVALID manifest invalid",
            "check the setting `registry`",
        ),
        (
            error(404, "NAME_UNKNOWN", ""),
            "{host} answered 404 to PUT {path}: NAME_UNKNOWN",
            "check the setting `registry`",
        ),
        (
            reply(405, b"<html>", HTML),
            "{host} answered 405 to PUT {path}: no error as registries send them (text/html)",
            "check the setting `registry`",
        ),
        (
            reply(418),
            "{host} answered 418 to PUT {path}: no error as registries send them (no content type)",
            "check the setting `registry`",
        ),
        (
            error(403, "DENIED", "requested access is denied"),
            "{host} does not let this account push: DENIED requested access is denied",
            "give it that right, or log in as another with `docker login {host}`",
        ),
    ],
    ids=["400", "404", "405-html", "418-empty", "403"],
)
def test_a_refusal_is_said_at_once(answer: Answer, message: str, hint: str) -> None:
    with scripted(answer) as script:
        said = refused(lambda: at(script).push_manifest(MANIFEST, "latest"))
    assert said.message == message.format(host=script.host, path=LATEST)
    assert said.hint == hint.format(host=script.host)


@pytest.mark.parametrize(
    "refusal",
    [
        error(412, "PRECONDITION", "configured as immutable"),
        error(400, "TAG_INVALID", "the tag already exists and cannot be overwritten"),
        reply(409, b"cannot overwrite latest"),
    ],
)
def test_a_tag_that_nobody_may_move_is_left_where_it_is_right(refusal: Answer) -> None:
    with scripted(refusal, reply(headers=DIGEST)) as script:
        at(script).push_manifest(MANIFEST, "latest")
    assert script.asked == [f"PUT {LATEST}", f"HEAD {LATEST}"]
    elsewhere = reply(headers={"Docker-Content-Digest": OTHER})
    with scripted(refusal, elsewhere) as script:
        said = refused(lambda: at(script).push_manifest(MANIFEST, "latest"))
    assert f"to PUT {LATEST}" in said.message


def test_only_manifests_are_asked_for_by_their_types() -> None:
    """A registry may answer 406 to who names them elsewhere."""
    with scripted(reply(body=b'{"tags": []}'), reply(body=BLOB)) as script:
        at(script).tags()
        at(script).fetch_blob(BLOB_DIGEST)
    assert not any("Accept" in request.headers for request in script.requests)


@pytest.mark.parametrize(
    "body", [b"[]", b"null", b'{"errors": null}', b'{"errors": [1]}', b'{"errors": [{}]}']
)
def test_errors_that_are_none_are_refused_all_the_same(body: bytes) -> None:
    with scripted(reply(400, body, {"Content-Type": "application/json"})) as script:
        said = refused(lambda: at(script).fetch_manifest("latest"))
    expected = (
        f"{script.host} answered 400 to GET {LATEST}: no error as registries send them (application/json)"
    )
    assert said.message == expected


def test_several_errors_are_said_together_and_shortly() -> None:
    errors = [{"code": "A", "message": "one"}, {"code": "B"}, {"code": "C", "message": "x" * 1000}]
    with scripted(reply(400, json.dumps({"errors": errors}).encode())) as script:
        said = refused(lambda: at(script).fetch_manifest("latest"))
    assert f": A one; B; C {'x' * 50}" in said.message
    assert len(said.message) < 400


def test_a_web_page_is_no_manifest_of_anything() -> None:
    """A login page answers 200: it is a manifest, but one that is not the same as any image."""
    with scripted(reply(200, b"<html>", HTML)) as script:
        assert at(script).fetch_manifest("latest") == Manifest(b"<html>", "text/html")


def test_a_repository_that_may_not_be_read_is_named() -> None:
    with scripted(reply(403), error(403, "DENIED", "no")) as script:
        said = refused(lambda: at(script).resolve("latest"))
    # What is said to HEAD has no body.
    assert said.message == f"{script.host} does not let this account read some/artifact: DENIED no"


def test_a_circle_of_redirects_is_said() -> None:
    with scripted(*[reply(302, headers={"Location": LATEST})] * 6) as script:
        said = refused(lambda: at(script).fetch_manifest("latest"))
    assert said.message == f"GET {LATEST} on {script.host} redirects without end"


@pytest.fixture
def nobody() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


def test_a_registry_that_is_not_there_is_said_at_once(nobody: str) -> None:
    target = RemoteRegistry(f"{nobody}/some", jobs=1, insecure=None).repository("artifact")
    before = time.monotonic()
    for use in (
        lambda: target.resolve("latest"),
        lambda: target.fetch_manifest("latest"),
        lambda: target.fetch_blob(BLOB_DIGEST),
        lambda: target.push_blob(BLOB),
        lambda: target.push_manifest(MANIFEST, "latest"),
        target.tags,
    ):
        said = refused(use)
        assert isinstance(said, RegistryUnreachableError)
        assert said.message == f"{nobody} does not answer: connection refused"
        assert (
            said.hint
            == "start it (`inv registry.up` starts one in a container), or check the setting `registry`"
        )
    assert time.monotonic() - before < 2


def test_plain_http_where_https_is_due_is_said_at_once() -> None:
    with scripted() as script:
        host = script.host.replace("127.0.0.1", "127.1")  # this machine, but not by a name of its own
        target = RemoteRegistry(host, jobs=1, insecure=None).repository("artifact")
        before = time.monotonic()
        said = refused(target.tags)
        assert time.monotonic() - before < 2
    assert isinstance(said, RegistryUnreachableError)
    assert said.message.startswith(f"{host} has no certificate that this machine trusts: ")
    assert said.hint == "set SSL_CERT_FILE to a file with its CA; for plain HTTP set `insecure: true`"


@pytest.mark.parametrize(("host", "insecure"), [("127.0.0.1", None), ("localhost", None), ("127.1", True)])
def test_plain_http_is_spoken_on_this_machine_and_where_it_is_asked_for(
    host: str, insecure: bool | None
) -> None:
    with scripted(reply(body=b'{"tags": ["a"]}')) as script:
        there = script.host.replace("127.0.0.1", host)
        assert RemoteRegistry(there, jobs=1, insecure=insecure).repository("artifact").tags() == ["a"]
    assert script.asked == ["GET /v2/artifact/tags/list"]


def no_exceptions(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


def test_a_proxy_is_used_but_not_for_this_machine(monkeypatch: pytest.MonkeyPatch, nobody: str) -> None:
    no_exceptions(monkeypatch)
    with scripted(reply(body=b'{"tags": ["a"]}')) as proxy:
        monkeypatch.setenv("http_proxy", f"http://{proxy.host}")
        registry = RemoteRegistry("registry.invalid", jobs=1, insecure=True)
        assert registry.repository("artifact").tags() == ["a"]
    assert proxy.asked == ["GET http://registry.invalid/v2/artifact/tags/list"]
    monkeypatch.setenv("http_proxy", f"http://{nobody}")
    with scripted(reply(body=b'{"tags": ["b"]}')) as script:
        assert at(script).tags() == ["b"]


def test_a_proxy_that_is_not_there_is_said_at_once(monkeypatch: pytest.MonkeyPatch, nobody: str) -> None:
    no_exceptions(monkeypatch)
    monkeypatch.setenv("http_proxy", f"http://{nobody}")
    target = RemoteRegistry("registry.invalid", jobs=1, insecure=True).repository("artifact")
    before = time.monotonic()
    said = refused(target.tags)
    assert isinstance(said, RegistryUnreachableError)
    assert said.message == "the proxy in front of registry.invalid does not answer: connection refused"
    assert said.hint == "check HTTPS_PROXY and NO_PROXY"
    assert time.monotonic() - before < 2
