"""What is true of one repository is not true of all."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from flux.errors import RegistryError, RegistryUnreachableError
from flux.registry.remote.registry import RemoteRegistry
from tests.registry.remote.logins import USER, Docker
from tests.servers import Answer, Request, Server, serve

PATHS = ("open", "shut", "open2")


def refusal(status: int, code: str, challenge: str = "") -> Answer:
    body = json.dumps({"errors": [{"code": code, "message": "said so"}]}).encode()
    return Answer(status, body, [("WWW-Authenticate", challenge)] if challenge else [])


@contextmanager
def registry(
    refuse: Callable[[Request, str], Answer | None], service: Callable[[Request], Answer] | None = None
) -> Iterator[Server]:
    """With tokens for all, unless the `service` says otherwise; what `refuse` answers comes first."""

    def answer(request: Request) -> Answer:
        if request.path.startswith("/token"):
            return service(request) if service else Answer(200, b'{"token": "t"}')
        challenge = f'Bearer realm="http://{server.host}/token",service="s"'
        if "Authorization" not in request.headers:
            return refusal(401, "UNAUTHORIZED", challenge)
        return refuse(request, challenge) or Answer(200, b'{"tags": ["a"]}')

    with serve(answer) as server:
        yield server


def shut(request: Request) -> bool:
    return "/shut/" in request.path


VERDICTS: dict[str, Callable[[Request, str], Answer | None]] = {
    "insufficient_scope": lambda request, challenge: (
        refusal(401, "UNAUTHORIZED", f'{challenge},error="insufficient_scope"') if shut(request) else None
    ),
    "401": lambda request, challenge: refusal(401, "UNAUTHORIZED", challenge) if shut(request) else None,
    "403": lambda request, challenge: refusal(403, "DENIED") if shut(request) else None,
}


@pytest.mark.parametrize("verdict", VERDICTS.values(), ids=list(VERDICTS))
@pytest.mark.parametrize("order", [PATHS, PATHS[1:], ("shut", "shut", "open")], ids=str)
def test_a_missing_right_to_one_repository_stops_no_other(
    docker: Docker, verdict: Callable[[Request, str], Answer | None], order: tuple[str, ...]
) -> None:
    with registry(verdict) as server:
        docker.login(server.host, USER)
        remote = RemoteRegistry(server.host, jobs=2, insecure=None)
        for name in order:
            if name != "shut":
                assert remote.repository(name).tags() == ["a"]
                continue
            with pytest.raises(RegistryError) as raised:
                remote.repository(name).tags()
            assert not isinstance(raised.value, RegistryUnreachableError)
            assert raised.value.message.startswith(f"{server.host} does not let this account read shut: ")
            assert "wrong" not in raised.value.message


@pytest.mark.parametrize("status", [400, 401, 403])
def test_so_does_a_token_service_that_refuses_one_scope(docker: Docker, status: int) -> None:
    """The credentials are good for the others, and without a scope."""

    def service(request: Request) -> Answer:
        return refusal(status, "DENIED") if "shut" in request.path else Answer(200, b'{"token": "t"}')

    with registry(lambda request, challenge: None, service) as server:
        docker.login(server.host, USER)
        remote = RemoteRegistry(server.host, jobs=2, insecure=None)
        with pytest.raises(RegistryError) as raised:
            remote.repository("shut").tags()
        assert raised.value.message == f"{server.host} does not let this account read shut: DENIED said so"
        assert remote.repository("open").tags() == ["a"]


def test_only_the_token_service_condemns_the_credentials(docker: Docker) -> None:
    asked: list[str] = []

    def service(request: Request) -> Answer:
        asked.append(request.path)
        return refusal(401, "UNAUTHORIZED")

    with registry(lambda request, challenge: None, service) as server:
        docker.login(server.host, USER)
        remote = RemoteRegistry(server.host, jobs=2, insecure=None)
        for name in ("one", "two", "three"):
            with pytest.raises(RegistryUnreachableError, match="they are wrong or have expired"):
                remote.repository(name).tags()
    assert len(asked) == 2  # for one repository, and for none


def test_credentials_that_expire_in_the_middle_are_not_tried_for_every_repository(docker: Docker) -> None:
    wrong: list[str] = []

    def service(request: Request) -> Answer:
        if "first" in request.path:
            return Answer(200, b'{"token": "t"}')
        wrong.append(request.path)
        return refusal(401, "UNAUTHORIZED")

    with registry(lambda request, challenge: None, service) as server:
        docker.login(server.host, USER)
        remote = RemoteRegistry(server.host, jobs=2, insecure=None)
        assert remote.repository("first").tags() == ["a"]
        for name in ("two", "three", "four"):
            with pytest.raises(RegistryUnreachableError, match="they are wrong or have expired"):
                remote.repository(name).tags()
    assert len(wrong) == 2


def test_who_has_no_login_may_still_read_what_is_open(docker: Docker) -> None:
    def service(request: Request) -> Answer:
        return refusal(401, "UNAUTHORIZED") if "shut" in request.path else Answer(200, b'{"token": "t"}')

    with registry(lambda request, challenge: None, service) as server:
        remote = RemoteRegistry(server.host, jobs=2, insecure=None)
        with pytest.raises(RegistryError, match="asks for credentials, and none were found for it"):
            remote.repository("shut").tags()
        assert remote.repository("open").tags() == ["a"]


def test_the_first_challenge_that_can_be_answered_counts(docker: Docker) -> None:
    """Without a login there is nothing to say to Basic, and a token to be had all the same."""

    def answer(request: Request) -> Answer:
        if request.path.startswith("/token"):
            return Answer(200, b'{"token": "t"}')
        if request.headers.get("Authorization") == "Bearer t":
            return Answer(200, b'{"tags": ["a"]}')
        bearer = f'Bearer realm="http://{server.host}/token"'
        return Answer(
            401, b"", [("WWW-Authenticate", 'Negotiate, Basic realm="x"'), ("WWW-Authenticate", bearer)]
        )

    with serve(answer) as server:
        assert RemoteRegistry(server.host, jobs=1, insecure=None).repository("app").tags() == ["a"]


@pytest.mark.parametrize("challenge", ["", "Negotiate", "Digest realm=x", '"', "Bearer"])
def test_a_challenge_that_nobody_can_answer(docker: Docker, challenge: str) -> None:
    asks = Answer(401, b"", [("WWW-Authenticate", challenge)])
    with serve(lambda request: asks) as server, pytest.raises(RegistryUnreachableError):
        RemoteRegistry(server.host, jobs=1, insecure=None).repository("app").tags()
