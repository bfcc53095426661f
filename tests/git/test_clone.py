"""The facade: what all parts promise together."""

from collections.abc import Callable

import pytest

from flux.errors import FluxError
from flux.git.clone import Clone
from tests.git.conftest import SOURCES
from tests.repo import Repo


def test_every_error_is_one_line(repo: Repo, git: Clone) -> None:
    """What git says in several lines is for its own users."""
    repo.git("remote", "add", "origin", "file:///nonexistent")
    attempts: list[Callable[[], object]] = [
        lambda: git.commit("no\nsuch"),
        lambda: git.tip("main"),
        lambda: git.files("no-such-commit", SOURCES, ["app"]),
        lambda: git.changes("1" * 40, repo.head, SOURCES),
        lambda: list(git.line("1" * 40, SOURCES, ["app"])),
        lambda: git.merge_base("1" * 40, repo.head),
    ]
    for attempt in attempts:
        with pytest.raises(FluxError) as raised:
            attempt()
        assert raised.value.message
        assert "\n" not in raised.value.message
