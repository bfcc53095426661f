"""Git's own fetches use the token that the forge has, and only where it belongs."""

import base64
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from flux.errors import TipUnknownError
from flux.repository import Access, Repository
from tests.git import Repo

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
    with Repository(repo.path, Access(url, TOKEN)) as git, pytest.raises(TipUnknownError) as raised:
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


def test_the_token_is_not_shown() -> None:
    assert TOKEN not in repr(Access("https://github.com", TOKEN))
