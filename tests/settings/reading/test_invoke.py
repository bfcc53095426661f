"""Settings through Invoke, as people meet them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest

from tests.repo import Repo
from tests.settings.reading.forms import WRONG, told


def monorepo(folder: Path) -> Repo:
    repo = Repo(folder)
    repo.commit(files={"tasks.py": "from flux.tasks import ns\n", "artifacts/eso/kustomization.yaml": "{}\n"})
    repo.commit(files={"artifacts/eso/notes.md": "notes\n", "artifacts/eso/docs/a.txt": "a\n"})
    return repo


def inv(folder: Path, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.lower().endswith("_proxy") and name not in ("FORCE_COLOR", "NO_COLOR")
    }
    environment = {**kept, "PYTHONDONTWRITEBYTECODE": "1", **variables}
    command = [sys.executable, "-m", "invoke", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def contents(folder: Path) -> Mapping[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refuses(repo: Repo, error: str, hint: str, **variables: str) -> None:
    before = contents(repo.path)
    result = inv(repo.path, "build", **variables)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == f"error: {error}\nhint: {hint}\n"
    assert contents(repo.path) == before


@pytest.mark.parametrize("name", ["unknown-near", "registry-password"])
def test_inv_refuses_wrong_settings(name: str, tmp_path: Path) -> None:
    repo = monorepo(tmp_path)
    path = next(path for path in WRONG if path.stem == name)
    repo.write("invoke.yaml", path.read_bytes())
    error, hint = told(path)
    refuses(repo, error, hint)


def test_inv_refuses_wrong_variables(tmp_path: Path) -> None:
    hint = "allowed is a whole number from 1 to 64"
    refuses(monorepo(tmp_path), "INVOKE_FLUX_JOBS cannot be 'abc'", hint, INVOKE_FLUX_JOBS="abc")


def test_inv_reads_lists_in_variables(tmp_path: Path) -> None:
    repo = monorepo(tmp_path)
    repo.write("invoke.yaml", "flux:\n  ignore:\n    - '*.yaml'\n")
    changed = ("changed", "--json", "--since", "HEAD~1")
    paths = ["artifacts/eso/docs/a.txt", "artifacts/eso/notes.md"]
    document = json.loads(inv(repo.path, *changed).stdout)
    assert document["reasons"] == {"eso": paths}
    document = json.loads(inv(repo.path, *changed, INVOKE_FLUX_IGNORE="*.md,docs/").stdout)
    assert document["artifacts"] == []


@contextmanager
def first_bytes() -> Iterator[tuple[str, list[bytes]]]:
    """A server's host and port, and the first byte that each of its clients sends."""
    received: list[bytes] = []

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            received.append(self.request.recv(65536)[:1])
            self.request.sendall(b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n")

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}", received
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("configured", "text", "tls"),
    [("true", "false", True), ("false", "1", False)],
)
def test_inv_reads_flags_in_variables(configured: str, text: str, tls: bool, tmp_path: Path) -> None:
    """By what reaches a registry: the start of a TLS handshake, or a request in plain HTTP."""
    repo = monorepo(tmp_path)
    repo.write("invoke.yaml", f"flux:\n  insecure: {configured}\n")
    with first_bytes() as (host, received):
        result = inv(repo.path, "build", INVOKE_FLUX_REGISTRY=f"oci://{host}/acme", INVOKE_FLUX_INSECURE=text)
    assert result.returncode == 1, result.stderr
    assert set(received) == {b"\x16" if tls else b"G"}


def test_inv_names_such_a_key(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit(files={"tasks.py": "from flux.tasks import ns\n", "invoke.yaml": "Flux:\n  jobs: 1\n"})
    refused = inv(repo.path, "list")
    assert refused.returncode == 2
    assert "did you mean flux?" in refused.stderr
