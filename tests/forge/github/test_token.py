"""Where the token comes from."""

from pathlib import Path

import pytest

from flux.errors import ForgeError
from flux.forge.github.token import (
    ACTIONS_WRITE,
    CONTENTS_WRITE,
    ISSUES_WRITE,
    PERMISSIONS,
    PULL_REQUESTS_WRITE,
    find_token,
)


@pytest.fixture
def gh(tmp_path: Path) -> Path:
    """A `gh` that prints what it was asked, with the path of its folder."""
    program = tmp_path / "gh"
    program.write_text('#!/bin/sh\necho "$*"\n')
    program.chmod(0o755)
    return tmp_path


@pytest.mark.parametrize(
    ("environment", "token"),
    [
        ({"GH_TOKEN": "one", "GITHUB_TOKEN": "two"}, "one"),
        ({"GITHUB_TOKEN": "two\n"}, "two"),
        ({"GH_TOKEN": "", "GITHUB_TOKEN": "two"}, "two"),
        ({"GH_TOKEN": " ", "GITHUB_TOKEN": ""}, "auth token --hostname ghe.acme.com"),
        ({}, "auth token --hostname ghe.acme.com"),
    ],
)
def test_the_order(gh: Path, environment: dict[str, str], token: str) -> None:
    assert find_token({**environment, "PATH": f"{gh}:/usr/bin:/bin"}, "ghe.acme.com") == token


@pytest.mark.parametrize("program", [None, "exit 1", "echo", "exec sleep 60"])
def test_without_a_token(gh: Path, monkeypatch: pytest.MonkeyPatch, program: str | None) -> None:
    monkeypatch.setattr("flux.forge.github.token._SECONDS", 0.5)
    (gh / "gh").write_text(f"#!/bin/sh\n{program}\n")
    path = f"{gh}:/usr/bin:/bin" if program else str(gh / "absent")
    with pytest.raises(ForgeError) as raised:
        find_token({"GH_TOKEN": "", "PATH": path})
    assert raised.value.message == "there is no token for github.com"
    assert raised.value.hint == (
        "set GH_TOKEN to one with the permissions contents, issues, pull-requests and actions: write, "
        "or run `gh auth login`"
    )


def test_what_a_token_needs_is_named_in_full() -> None:
    """Whatever a request to write asks for is in what people are told."""
    assert all(
        permission.partition(":")[0] in PERMISSIONS
        for permission in (CONTENTS_WRITE, ISSUES_WRITE, PULL_REQUESTS_WRITE, ACTIONS_WRITE)
    )
    assert PERMISSIONS.endswith(": write")
