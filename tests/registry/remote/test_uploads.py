"""How a blob gets into registries that do not mount, or answer otherwise than most."""

import pytest

from flux.artifact.layer import digest_of
from flux.errors import RegistryError
from flux.registry.remote.registry import RemoteRegistry
from flux.registry.remote.repository import RemoteTarget
from tests.registry.scripted import reply, scripted
from tests.servers import Answer, Request, serve

BLOB = b"content"
DIGEST = digest_of(BLOB)
START = "POST /v2/app/blobs/uploads/"
MOUNT = f"{START}?mount={DIGEST}&from=app"
HAS = f"HEAD /v2/app/blobs/{DIGEST}"
PUT = f"PUT /upload?digest={DIGEST}"
BEGUN = reply(202, headers={"Location": "/upload"})


def at(host: str) -> RemoteTarget:
    return RemoteRegistry(host, jobs=1, insecure=None).repository("app")


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 412, 422, 500, 501])
def test_a_mount_that_is_refused_is_a_plain_upload(status: int) -> None:
    with scripted(reply(status), BEGUN, reply(201), reply(404), BEGUN, reply(201), reply(200)) as script:
        target = at(script.host)
        for _ in range(3):
            target.push_blob(BLOB)
    # The second does not try to mount again, and the third finds the blob there.
    assert script.asked == [MOUNT, START, PUT, HAS, START, PUT, HAS]


def test_a_mount_that_is_refused_for_want_of_a_right_is_said() -> None:
    denied = reply(403, b'{"errors": [{"code": "DENIED", "message": "no"}]}')
    with scripted(denied, denied) as script, pytest.raises(RegistryError) as raised:
        at(script.host).push_blob(BLOB)
    assert raised.value.message == f"{script.host} does not let this account push: DENIED no"
    assert script.asked == [MOUNT, START]


@pytest.mark.parametrize("status", [200, 202, 204])
def test_an_upload_that_is_answered_otherwise_counts_once_it_is_there(status: int) -> None:
    with scripted(BEGUN, reply(status), reply(200)) as script:
        at(script.host).push_blob(BLOB)
    assert script.asked == [MOUNT, PUT, HAS]
    for head in (403, 404, 405):
        replies = (BEGUN, reply(status), reply(head), reply(404))
        with scripted(*replies) as script, pytest.raises(RegistryError) as raised:
            at(script.host).push_blob(BLOB)
        assert f"answered {status} to an upload to app, and does not have it" in raised.value.message


@pytest.mark.parametrize("head", [403, 404, 405, 501])
def test_a_blob_counts_as_there_where_only_get_tells(head: int) -> None:
    with scripted(BEGUN, reply(202), reply(head), reply(200, BLOB)) as script:
        at(script.host).push_blob(BLOB)
    assert script.asked == [MOUNT, PUT, HAS, f"GET /v2/app/blobs/{DIGEST}"]
    other = reply(200, BLOB[::-1])
    with scripted(BEGUN, reply(202), reply(head), other) as script, pytest.raises(RegistryError):
        at(script.host).push_blob(BLOB)


def test_an_upload_that_goes_nowhere_is_said() -> None:
    with scripted(reply(202)) as script, pytest.raises(RegistryError) as raised:
        at(script.host).push_blob(BLOB)
    assert raised.value.message == f"{script.host} does not say where an upload to app goes"
    assert script.asked == [MOUNT]


def test_credentials_stay_on_the_origin_however_it_is_written() -> None:
    """With its port spelled out, relative, or with a query of its own."""
    seen: list[tuple[str, str | None]] = []

    def answer(request: Request) -> Answer:
        seen.append((request.method, request.headers.get("Authorization")))
        if request.path.startswith("/token"):
            return Answer(200, b'{"token": "t"}')
        if "Authorization" not in request.headers:
            realm = f'Bearer realm="http://{server.host}/token"'
            return Answer(401, b"", [("WWW-Authenticate", realm)])
        if request.method == "POST":
            return Answer(202, b"", [("Location", locations.pop(0))])
        return Answer(201)

    with serve(answer) as server:
        locations = [
            f"http://{server.host}/up?a=b",
            "/up",
            f"//{server.host}/up",
            "up?x=y&z",
            "https://" + server.host,
        ]
        target = at(server.host)
        while locations:
            target.push_blob(BLOB)
    assert {header for method, header in seen if method == "PUT"} == {"Bearer t"}
    assert sum(method == "PUT" for method, _ in seen) == 5


def test_they_do_not_go_to_another_port() -> None:
    with scripted(reply(201)) as other:
        elsewhere = reply(202, headers={"Location": f"http://{other.host}/upload"})
        challenge = {"WWW-Authenticate": 'Bearer realm="http://{host}/token"'}
        granted = reply(body=b'{"token": "t"}')
        with scripted(reply(401, headers=challenge), granted, elsewhere) as script:
            at(script.host).push_blob(BLOB)
    assert "Authorization" not in other.requests[0].headers
