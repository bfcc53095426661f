"""Where the docs explain an error."""

import os
import pty
from contextlib import suppress
from email.message import Message
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from flux.errors import FluxError, RegistryUnreachableError
from flux.event import TERMINAL
from flux.report import docs_link
from flux.report.docs_link import where_explained
from flux.report.report import Report

ROOT = Path(__file__).parents[2]
ERROR = RegistryUnreachableError("ghcr.io does not answer", "check the network")


def installed(monkeypatch: pytest.MonkeyPatch, *urls: str) -> None:
    about = Message()
    for url in urls:
        about["Project-URL"] = url
    monkeypatch.setattr(docs_link, "metadata", lambda name: about)


def test_a_package_that_says_where_its_documentation_is(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, "Source, https://git.example.com/x", "Documentation, https://docs.example.com/x/")
    assert (
        where_explained(ERROR) == "https://docs.example.com/x/troubleshooting/#the-registry-does-not-answer"
    )


def test_a_package_from_a_commit_on_github(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who adopts this has no page of it in the clone."""
    installed(monkeypatch, "Source, https://git.example.com/x")
    monkeypatch.setattr(docs_link, "installed_from", lambda: "octo/flux-artifacts@1234abcd")
    assert where_explained(ERROR) == (
        "https://github.com/octo/flux-artifacts/blob/1234abcd/docs/troubleshooting.md"
        "#the-registry-does-not-answer"
    )


def test_a_checkout_and_none_at_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installed(monkeypatch, "Source, https://git.example.com/x")
    monkeypatch.setattr(docs_link, "installed_from", lambda: "")
    monkeypatch.chdir(ROOT)
    here = "docs/troubleshooting.md#the-registry-does-not-answer"
    assert where_explained(ERROR) == here
    monkeypatch.chdir(tmp_path)
    assert where_explained(ERROR) == f"{ROOT}/{here}", "a path that can be followed"
    monkeypatch.chdir(ROOT)

    def missing(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(docs_link, "metadata", missing)
    assert where_explained(ERROR) == here
    monkeypatch.setattr(docs_link, "_CHECKOUT", tmp_path)
    assert where_explained(ERROR) == ""


def shown(report: Report, stream: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """What an error about two artifacts shows at a terminal."""
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr(stream, terminal)
        report.error(ERROR, ["app", "db"])
    said = b""
    with suppress(OSError):
        while piece := os.read(ours, 4096):
            said += piece
    os.close(ours)
    return said.decode()


def test_a_terminal_gets_it_as_a_third_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    lines = shown(Report(TERMINAL, as_json=False), "sys.stderr", monkeypatch).split("\r\n")
    assert lines[:2] == ["error: app, db: ghcr.io does not answer", "hint: check the network"]
    assert lines[2].startswith("more: ")
    assert lines[2].endswith("#the-registry-does-not-answer"), "of its own kind, whatever it is about"


def test_a_log_does_not(capsys: pytest.CaptureFixture[str]) -> None:
    Report(TERMINAL, as_json=False).error(FluxError("no", "do"))
    assert capsys.readouterr().err == "error: no\nhint: do\n"
