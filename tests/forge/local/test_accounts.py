"""Who one is to git."""

import os

import pytest

from flux.errors import GitError
from tests.forge.conftest import Place


def test_git_must_know_who_one_is(local: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    local.repo.git("config", "user.useConfigOnly", "true")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    with pytest.raises(GitError, match="git does not know who you are"):
        local.forge.login()
