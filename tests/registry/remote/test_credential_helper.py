"""Credential helpers, and those that fail."""

import os
import time
from pathlib import Path

import pytest

from flux.registry.remote.credential_helper import HELPER_SECONDS, Answer, HelperError, ask_helper
from tests import parts
from tests.registry.remote.logins import Docker, refusal


@pytest.mark.parametrize(
    ("prints", "code"), [("not JSON", 0), ("[]", 0), ("{}", 0), ("locked", 1), ("", 1), ("", 0)]
)
def test_a_helper_that_fails(
    docker: Docker, password_registry: parts.Registry, prints: str, code: int
) -> None:
    host = password_registry.host
    docker.configure({"credsStore": "test"})
    docker.helper(prints, code)
    message, hint = refusal(password_registry)
    assert message.startswith(f"the credentials that Docker has for {host} could not be read: ")
    assert hint == f"log in again with `docker login {host}`, or fix {docker.folder / 'config.json'}"


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    return tmp_path / "docker-credential-test"


def script(program: Path, text: str) -> None:
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o755)


def test_a_helper_that_hangs_is_ended_and_named(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flux.registry.remote.credential_helper.HELPER_SECONDS", 0.5)
    script(program, "sleep 20")
    began = time.monotonic()
    with pytest.raises(HelperError, match=r"^docker-credential-test did not answer within 0 s$"):
        ask_helper("test", "registry.example")
    assert time.monotonic() - began < 5
    assert HELPER_SECONDS == 30


def test_what_a_helper_knows(program: Path) -> None:
    script(
        program, """read server; test "$1" = get && printf '{"Username": "u", "Secret": "%s"}' "$server" """
    )
    assert ask_helper("test", "registry.example") == Answer("u", "registry.example")
    assert "registry.example" not in repr(Answer("u", "registry.example"))


@pytest.mark.parametrize(
    "text",
    [
        "echo credentials not found in native keychain; exit 1",
        """printf '{"Username": "", "Secret": ""}'""",
    ],
)
def test_what_a_helper_does_not_know(program: Path, text: str) -> None:
    script(program, text)
    assert ask_helper("test", "registry.example") is None


def test_what_a_helper_says_is_one_line(program: Path) -> None:
    script(program, r"printf 'error\033[31m: the\nkeychain is\tlocked\n'; exit 1")
    with pytest.raises(HelperError) as raised:
        ask_helper("test", "registry.example")
    assert str(raised.value) == "docker-credential-test failed: error[31m: the keychain is locked"


@pytest.mark.parametrize("name", ["nonesuch", "../x", "a\0b", ""])
def test_a_helper_that_is_none(name: str) -> None:
    with pytest.raises(HelperError):
        ask_helper(name, "registry.example")


def test_a_helper_that_goes_away_before_it_reads(program: Path) -> None:
    script(program, "exec 0<&-; exit 3")
    with pytest.raises(HelperError, match="it did not say why"):
        ask_helper("test", "x" * (1 << 20))
