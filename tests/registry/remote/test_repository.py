"""What a registry may answer that the real one of the contract tests does not answer on command."""

import json
import socket
import time
from collections.abc import Callable
from email.utils import formatdate

import pytest

from flux.artifact.image import MANIFEST_TYPE
from flux.artifact.image_manifest import OTHER_TYPES
from flux.artifact.layer import digest_of
from flux.errors import RegistryError, RegistryUnreachableError
from flux.registry.remote.registry import RemoteRegistry
from flux.registry.target import Manifest, Target
from tests.registry.scripted import CUT_OFF, DROPPED, Script, reply, scripted
from tests.servers import Answer, Request, serve

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


# Reading


def test_the_digest_that_head_tells_is_enough() -> None:
    with scripted(reply(headers=DIGEST)) as script:
        assert at(script).resolve("latest") == MANIFEST.digest
    assert script.asked == [f"HEAD {LATEST}"]


def test_every_type_that_a_tag_may_hold_is_asked_for() -> None:
    """To a request for another a registry may answer 404, as if there were nothing."""
    with scripted(reply(headers=DIGEST), reply(body=MANIFEST.content)) as script:
        at(script).resolve("latest")
        at(script).fetch_manifest("latest")
    for request in script.requests:
        first, *others, last = request.headers["Accept"].split(", ")
        assert (first, set(others), last) == (MANIFEST_TYPE, set(OTHER_TYPES), "*/*")


def test_without_the_digest_of_head_the_manifest_is_fetched() -> None:
    with scripted(reply(), reply(body=MANIFEST.content)) as script:
        assert at(script).resolve("latest") == MANIFEST.digest
    assert script.asked == [f"HEAD {LATEST}", f"GET {LATEST}"]


def test_a_tag_deleted_between_head_and_get_is_absent() -> None:
    with scripted(reply(), error(404, "MANIFEST_UNKNOWN")) as script:
        assert at(script).resolve("latest") is None


@pytest.mark.parametrize("headers", [{}, {"Content-Type": f"{MANIFEST_TYPE}; charset=utf-8"}])
def test_a_manifest_has_its_media_type_whatever_the_header(headers: dict[str, str]) -> None:
    with scripted(reply(body=MANIFEST.content, headers=headers)) as script:
        assert at(script).fetch_manifest("latest") == MANIFEST


def test_another_media_type_is_kept() -> None:
    with scripted(reply(body=MANIFEST.content, headers={"Content-Type": "application/x"})) as script:
        assert at(script).fetch_manifest("latest") == Manifest(MANIFEST.content, "application/x")


def test_a_manifest_that_is_not_what_the_header_says_is_refused() -> None:
    with scripted(reply(body=MANIFEST.content, headers={"Docker-Content-Digest": OTHER})) as script:
        said = refused(lambda: at(script).fetch_manifest("latest"))
    name = f"{script.host}/some/artifact"
    assert said.message == f"{name}: manifest latest has digest {MANIFEST.digest}, not {OTHER}"
    assert said.hint


def test_a_manifest_that_is_not_what_was_asked_for_is_refused() -> None:
    with scripted(reply(body=MANIFEST.content)) as script:
        said = refused(lambda: at(script).fetch_manifest(OTHER))
    assert said.message.endswith(f"has digest {MANIFEST.digest}, not {OTHER}")


def test_a_blob_that_is_not_what_was_asked_for_is_refused() -> None:
    with scripted(reply(body=b"?")) as script:
        said = refused(lambda: at(script).fetch_blob(BLOB_DIGEST))
    name = f"{script.host}/some/artifact"
    assert said.message == f"{name}: blob has digest {digest_of(b'?')}, not {BLOB_DIGEST}"


def test_a_blob_may_be_elsewhere() -> None:
    with scripted(reply(body=BLOB)) as storage:
        elsewhere = {"Location": f"http://{storage.host}/bucket?signature=1"}
        with scripted(reply(307, headers=elsewhere)) as script:
            assert at(script).fetch_blob(BLOB_DIGEST) == BLOB
    assert storage.asked == ["GET /bucket?signature=1"]


# Absence, and registries that do not serve HEAD


@pytest.mark.parametrize("status", [400, 403, 404, 405, 406, 410, 415, 501])
def test_a_head_that_is_not_served_is_no_absence(status: int) -> None:
    there = reply(body=MANIFEST.content)
    with scripted(reply(status), there, there) as script:
        target = at(script)
        assert target.resolve("latest") == MANIFEST.digest
        assert target.resolve("latest") == MANIFEST.digest
    # Once is enough to know.
    assert script.asked == [f"HEAD {LATEST}", f"GET {LATEST}", f"GET {LATEST}"]


def test_only_a_get_says_that_a_tag_is_absent() -> None:
    absent = error(404, "MANIFEST_UNKNOWN")
    with scripted(reply(404), absent, reply(404), absent) as script:
        target = at(script)
        assert target.resolve("latest") is None
        assert target.resolve("latest") is None
    assert script.asked == [f"HEAD {LATEST}", f"GET {LATEST}"] * 2


def test_a_head_that_fails_is_tried_again_before_it_is_given_up() -> None:
    with scripted(reply(503), reply(429), reply(headers=DIGEST)) as script:
        assert at(script).resolve("latest") == MANIFEST.digest
    assert script.asked == [f"HEAD {LATEST}"] * 3


def test_every_type_is_asked_for() -> None:
    """docker-registry answers 404 for an index to who asks for images only."""

    def picky(request: Request) -> Answer:
        asked = {kind.strip() for kind in request.headers.get("Accept", "").split(",")}
        return reply(body=MANIFEST.content, headers={"Content-Type": kind}) if kind in asked else reply(404)

    for kind in (MANIFEST_TYPE, *OTHER_TYPES):
        with serve(picky) as server:
            target = RemoteRegistry(server.host, jobs=1, insecure=None).repository("artifact")
            assert target.resolve("latest") == MANIFEST.digest
            assert target.fetch_manifest("latest") == Manifest(MANIFEST.content, kind)


# Tags


@pytest.mark.parametrize(
    "link",
    [
        '</v2/some/artifact/tags/list?n=2&last=b>; rel="next"',
        "</v2/some/artifact/tags/list?n=2&last=b>; rel=next",
        "<list?n=2&last=b>;rel=next",
        '<http://{host}/v2/some/artifact/tags/list?n=2&last=b>; rel="next"',
    ],
)
def test_tags_are_read_page_by_page(link: str) -> None:
    pages = [reply(body=b'{"tags": ["a", "b"]}', headers={"Link": link}), reply(body=b'{"tags": ["c"]}')]
    with scripted(*pages) as script:
        assert at(script).tags() == ["a", "b", "c"]
    assert script.asked == [
        "GET /v2/some/artifact/tags/list",
        "GET /v2/some/artifact/tags/list?n=2&last=b",
    ]


@pytest.mark.parametrize("answer", [reply(body=b'{"tags": null}'), reply(body=b"{}"), reply(404)])
def test_a_repository_without_tags_has_none(answer: Answer) -> None:
    with scripted(answer) as script:
        assert at(script).tags() == []


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"tags": 1}', b'{"tags": [1]}', b"\xff"])
def test_tags_that_are_none_are_refused(body: bytes) -> None:
    with scripted(reply(body=body)) as script:
        said = refused(at(script).tags)
    assert said.message == f"{script.host}/some/artifact sent an invalid list of tags"


# Writing


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


# What passes


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


# What does not


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


# Nobody there


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
