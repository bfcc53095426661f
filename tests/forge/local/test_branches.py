"""Branches and commits that leave the work tree alone."""

from collections.abc import Callable
from pathlib import Path

import pytest

from flux.errors import ForgeError
from tests.forge.conftest import Place


@pytest.mark.parametrize("move", ["advance", "delete"])
def test_a_branch_that_is_checked_out_is_left_alone(local: Place, pull: Path, move: str) -> None:
    head = local.forge.pull_requests()[0].head
    local.repo.checkout("topic")
    acts: dict[str, Callable[[], object]] = {
        "advance": lambda: local.forge.advance_branch("topic", local.commit("more", onto=head)),
        "delete": lambda: local.forge.delete_branch("topic", head),
    }
    with pytest.raises(ForgeError) as raised:
        acts[move]()
    folder = local.repo.path
    assert raised.value.message == (
        f"branch topic is checked out in {folder}, and its files would not change with it"
    )
    assert raised.value.hint == "check out another branch there: `git switch main`"
    assert local.forge.branch("topic") == head


def test_a_commit_touches_neither_files_nor_index(local: Place) -> None:
    local.repo.write("staged", "x")
    local.repo.git("add", "staged")
    local.repo.write("file", "changed")
    before = local.repo.git("status", "--porcelain")
    commit = local.forge.commit([local.tip], {"file": b"committed"}, "Message")
    assert local.repo.git("status", "--porcelain") == before
    assert (local.repo.path / "file").read_text() == "changed"
    assert local.repo.git("show", "--format=%an <%ae>", "--name-only", commit).split("\n\n") == [
        local.login,
        "file",
    ]


def test_filters_of_git_leave_a_commit_alone(local: Place) -> None:
    local.repo.commit(files={".gitattributes": "* text eol=crlf\n"})
    local.repo.git("config", "core.autocrlf", "true")
    commit = local.forge.commit([local.tip], {"file": b"a\r\nb\n"}, "Message")
    assert local.repo.git("cat-file", "-s", f"{commit}:file") == "5"
