"""Where GitHub is, and how it is asked."""

from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import github
import pytest
from github.Requester import Requester

from flux.errors import ForgeError
from flux.forge.github.forge import GitHubForge
from flux.forge.reporting import DeploymentState
from tests.forge.conftest import Place
from tests.forge.github.replies import AGAIN, REPOSITORY, THERE, failure, forge_at, refusal, reply
from tests.github.server import GitHub
from tests.registry.scripted import scripted
from tests.registry.token_service import make_certificate
from tests.servers import Answer, serve


def test_a_server_that_is_no_github() -> None:
    expected = (
        "{host} does not answer as GitHub's API does",
        "set GITHUB_API_URL to https://api.github.com or https://HOST/api/v3",
    )
    for answer in (Answer(200, b"<html></html>"), reply({}), reply({"full_name": None})):
        assert failure(lambda forge: forge.issues("label"), answer) == expected


def test_a_server_that_redirects_elsewhere() -> None:
    moved = Answer(301, b"", [("Location", "https://{host}/repos/owner/name")])
    message, hint = failure(lambda forge: forge.issues("label"), moved)
    assert message.startswith("{host} did not find the repository owner/name: Github server redirected from")
    assert hint == "check GITHUB_API_URL"


def test_a_server_that_is_not_there(pauses: list[float]) -> None:
    with scripted() as script:
        pass
    with pytest.raises(ForgeError) as raised:
        forge_at(script).issues("label")
    assert raised.value.message == (
        f"{script.host} could not be asked to find the repository owner/name: connection refused"
    )
    assert raised.value.hint == AGAIN
    assert pauses == [0, 1]


def test_a_certificate_that_nobody_vouches_for(tmp_path: Path, pauses: list[float]) -> None:
    made = make_certificate(tmp_path)
    with serve(lambda _: THERE, (made.path, made.key_path)) as server, pytest.raises(ForgeError) as raised:
        GitHubForge(f"https://{server.host}", "owner/name", "secret").issues("label")
    assert raised.value.message == (
        f"{server.host} has no certificate that this machine trusts: self-signed certificate"
    )
    assert raised.value.hint == "set REQUESTS_CA_BUNDLE to a file with its CA"
    assert pauses == []


def test_a_repository_that_was_renamed_is_used_under_its_new_name() -> None:
    moved = Answer(301, b"{}", [("Location", "http://{host}/repositories/1")])
    new = reply({**REPOSITORY, "full_name": "owner/new", "url": "/repos/owner/new"})
    with scripted(moved, new, refusal(404, "Not Found")) as script:
        assert forge_at(script).branch("topic") is None
    assert script.asked[1:] == ["GET /repositories/1", "GET /repos/owner/new/git/ref/heads/topic"]


def pacing(monkeypatch: pytest.MonkeyPatch, api_url: str) -> tuple[object, object]:
    given: dict[str, object] = {}
    original = github.Github.__init__

    def record(self: github.Github, **options: Any) -> None:
        given.update(options)
        original(self, **options)

    monkeypatch.setattr("github.Github.__init__", record)
    GitHubForge(api_url, "owner/name", "secret")
    return given["seconds_between_requests"], given["seconds_between_writes"]


@pytest.mark.parametrize(
    ("api_url", "seconds"),
    [
        ("https://api.github.com", (0.25, 1.0)),
        ("https://ghe.acme.com/api/v3", (0.25, 1.0)),
        ("http://127.0.0.1:8080", (0, 0)),
        ("http://localhost:8080/api/v3", (0, 0)),
        ("http://[::1]:8080", (0, 0)),
    ],
)
def test_requests_are_paced_but_on_this_machine(
    monkeypatch: pytest.MonkeyPatch, api_url: str, seconds: tuple[float, float]
) -> None:
    assert pacing(monkeypatch, api_url) == seconds


def test_writes_stay_under_what_github_takes_in_a_minute(
    hub: Place, server: GitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a clock that only our pauses move: more than 80 that create something in a minute are refused."""
    paused = [0.0]
    writes: list[float] = []

    class Clock:
        @staticmethod
        def now(zone: tzinfo) -> datetime:
            return datetime.fromtimestamp(1_000_000 + sum(paused), zone)

    record = Requester._Requester__recordRequestTime  # type: ignore[attr-defined]

    def recorded(requester: Requester, method: str) -> None:
        if method != "GET":
            writes.append(sum(paused))
        record(requester, method)

    monkeypatch.setattr("flux.forge.github.api._is_loopback", lambda host: False)
    monkeypatch.setattr("github.Requester.datetime", Clock)
    monkeypatch.setattr("github.Requester.time.sleep", paused.append)
    monkeypatch.setattr(Requester, "_Requester__recordRequestTime", recorded)
    forge = GitHubForge(server.url, "octo/monorepo", server.token("bob"))
    for number in range(45):
        made = forge.create_deployment("main", "prod", f"flux:{number}", {}, "")
        forge.set_deployment_state(made.id, DeploymentState.SUCCESS, "")
    assert len(writes) == 90
    most = max(sum(begin <= time < begin + 60 for time in writes) for begin in writes)
    assert most <= 80
