"""Git's own fetches use the token that the forge has, and only where it belongs."""

import base64
import http.server
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from flux.errors import TipUnknownError
from flux.event import read_surroundings
from flux.forge import find_origin_token
from flux.forge.place import ForgeClues
from flux.git.clone import Access, Clone
from flux.monorepo.opening import open_clone
from flux.settings import Settings
from tests import parts
from tests.commands.invoking import Finished, inv, monorepo
from tests.conftest import need
from tests.github.fixtures import RunGitHub
from tests.github.server import GitHub
from tests.repo import Repo

TOKEN = "t0ken"
HEADER = "Basic " + base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()


@contextmanager
def recording() -> Iterator[tuple[str, list[list[str]]]]:
    """A server that has nothing, and the Authorization headers of each request to it."""
    seen: list[list[str]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.headers.get_all("Authorization", []))
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", seen
        server.shutdown()
        thread.join()


def ask(repo: Repo, url: str) -> None:
    with Clone(repo.path, Access(url, TOKEN)) as git, pytest.raises(TipUnknownError) as raised:
        git.tip("main")
    assert TOKEN not in raised.value.message


def test_origin_is_asked_with_the_token(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.commit()
    with recording() as (url, seen):
        repo.git("remote", "add", "origin", f"{url}/octo/monorepo")
        ask(repo, url)
    assert seen == [[HEADER]]


def test_what_a_checkout_persisted_is_not_sent_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = Repo(tmp_path)
    repo.commit()
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "http.extraHeader")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "X-Mine: yes")
    with recording() as (url, seen):
        repo.git("remote", "add", "origin", f"{url}/octo/monorepo")
        repo.git("config", f"http.{url}/.extraheader", "AUTHORIZATION: basic b2xk")
        ask(repo, url)
    assert seen == [[HEADER]]


def test_another_host_does_not_get_the_token(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.commit()
    with recording() as (url, seen):
        repo.git("remote", "add", "origin", f"{url}/octo/monorepo")
        ask(repo, "https://github.com")
    assert seen == [[]]


@pytest.mark.parametrize(
    ("variables", "server"),
    [
        ({}, "https://github.com"),
        ({"GITHUB_API_URL": "https://git.example.com/api/v3"}, "https://git.example.com"),
    ],
)
def test_the_token_of_a_variable_is_for_the_server_of_the_api(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], server: str
) -> None:
    monkeypatch.chdir(Repo(tmp_path).path)
    monkeypatch.setenv("GH_TOKEN", TOKEN)
    with open_clone(Settings(), read_surroundings(variables)) as clone:
        configured = clone.parts.process.environment()
    assert configured["GIT_CONFIG_KEY_1"] == f"http.{server}/.extraHeader"
    assert configured["GIT_CONFIG_VALUE_1"] == f"Authorization: {HEADER}"


def test_the_token_is_not_shown() -> None:
    assert TOKEN not in repr(Access("https://github.com", TOKEN))


# Of `gh auth login`


@dataclass(frozen=True)
class LoggedIn:
    """A clone of a private repository whose person has told `gh` a token, and nobody else."""

    repo: Repo
    origin: Repo
    server: GitHub
    folder: Path

    def run(self, *arguments: str, **env: str) -> Finished:
        return inv(
            self.repo,
            *arguments,
            env={
                "PATH": f"{self.folder}:{os.environ['PATH']}",
                "GH_CONFIG_DIR": str(self.folder),
                "GITHUB_API_URL": self.server.url,
                "GITHUB_SERVER_URL": self.server.url,
                "INVOKE_FLUX_FORGE": "github",
                **env,
            },
        )

    @property
    def asked(self) -> list[str]:
        """What `gh` was asked for so far."""
        log = self.folder / "log"
        return log.read_text().splitlines() if log.exists() else []


@pytest.fixture
def logged_in(run_github: RunGitHub, tmp_path: Path) -> Iterator[LoggedIn]:
    program = need(parts.gh)
    repo = monorepo(tmp_path / "repo", {"artifacts/app/x.yaml": "x: 1\n"})
    origin = repo.bare_origin()
    folder = tmp_path / "gh"
    folder.mkdir()
    watched = folder / "gh"
    watched.write_text(f'#!/bin/sh\necho "$*" >>"{folder}/log"\nexec "{program}" "$@"\n')
    watched.chmod(0o755)
    with run_github(origin.path) as server:
        server.repository("octo/monorepo").private = True
        host = server.url.removeprefix("http://")
        token = server.fine_grained_token("alice", contents="read")
        (folder / "hosts.yml").write_text(f'"{host}":\n    user: alice\n    oauth_token: {token}\n')
        repo.git("remote", "set-url", "origin", f"{server.url}/octo/monorepo")
        # What only origin has, so that git must fetch it too.
        colleague = origin.clone(tmp_path / "colleague")
        colleague.commit(files={"artifacts/app/x.yaml": "x: 2\n"})
        colleague.push()
        yield LoggedIn(repo, origin, server, folder)


def test_the_token_of_gh(logged_in: LoggedIn) -> None:
    done = logged_in.run("tag", "--dry-run")
    assert (done.code, done.err) == (0, "")
    host = logged_in.server.url.removeprefix("http://")
    assert logged_in.asked == [f"auth token --hostname {host}"]  # once for all that is fetched
    served = [request for request in logged_in.server.requests if request.status == 200]
    assert {request.login for request in served} == {"alice"}
    assert len(served) > 2


def test_a_partial_clone(logged_in: LoggedIn, tmp_path: Path) -> None:
    """What git fetches by itself, when it meets what such a clone lacks."""
    repository = logged_in.server.repository("octo/monorepo")
    repository.private = False
    logged_in.origin.git("config", "uploadpack.allowFilter", "true")
    for name, env in (("gh", {}), ("variable", {"GH_TOKEN": logged_in.server.token("alice")})):
        clone = Repo(tmp_path / name)
        clone.git("remote", "add", "origin", f"{logged_in.server.url}/octo/monorepo")
        clone.git("fetch", "--quiet", "--filter=blob:none", "origin", "main")
        clone.git("update-ref", "refs/heads/main", "FETCH_HEAD")
        clone.write("tasks.py", "from flux.tasks import ns\n")
        repository.private = True
        done = replace(logged_in, repo=clone).run("build", "--dry-run", **env)
        assert done.code == 0
        assert done.err.splitlines() == ["app: not committed, so in no image: artifacts/app/x.yaml"]
        repository.private = False
    assert len(logged_in.asked) == 1


def test_gh_is_not_asked_where_git_needs_nothing(logged_in: LoggedIn) -> None:
    logged_in.server.repository("octo/monorepo").private = False
    assert logged_in.run("tag", "--dry-run").code == 0
    assert logged_in.run("changed", "--since=HEAD").code == 0
    assert logged_in.asked == []


def test_gh_is_not_asked_where_a_variable_has_a_token(logged_in: LoggedIn) -> None:
    done = logged_in.run("tag", "--dry-run", GH_TOKEN="wrong")
    assert done.code == 1
    assert "could not read Username" in done.err  # it had one, and GitHub none of that name
    assert logged_in.asked == []


@pytest.mark.parametrize(
    "elsewhere",
    [{"INVOKE_FLUX_FORGE": "local"}, {"GITHUB_API_URL": "https://api.github.com"}, {"GITHUB_SERVER_URL": ""}],
    ids=["no forge", "another's", "plain HTTP"],
)
def test_gh_is_not_asked_for_an_origin_that_is_not_the_forges(
    logged_in: LoggedIn, elsewhere: dict[str, str]
) -> None:
    done = logged_in.run("tag", "--dry-run", **elsewhere)
    assert done.code == 1
    assert "could not read Username" in done.err
    assert logged_in.asked == []


def test_gh_without_a_token(logged_in: LoggedIn) -> None:
    (logged_in.folder / "hosts.yml").unlink()
    done = logged_in.run("tag", "--dry-run")
    assert done.code == 1
    assert "could not read Username" in done.err
    assert len(logged_in.asked) == 1


@pytest.mark.parametrize(
    ("origin", "base"),
    [
        ("https://github.com/octo/monorepo", "https://github.com"),
        ("HTTPS://user@GitHub.com/octo/monorepo.git", "https://github.com"),
        ("http://github.com/octo/monorepo", None),
        ("git@github.com:octo/monorepo.git", None),
        ("ssh://git@github.com/octo/monorepo", None),
        ("https://gitlab.com/octo/monorepo", None),
        ("https://github.com.evil.example/octo/monorepo", None),
        ("https://github.com", None),
        ("/srv/monorepo.git", None),
    ],
)
def test_whose_origin_the_token_is_for(tmp_path: Path, origin: str, base: str | None) -> None:
    program = tmp_path / "gh"
    program.write_text("#!/bin/sh\necho t0ken\n")
    program.chmod(0o755)
    found = find_origin_token(
        "",
        ForgeClues(origin),
        server_url="https://github.com",
        environment={"PATH": f"{tmp_path}:/usr/bin:/bin"},
    )
    assert found == ((base, TOKEN) if base else None)
