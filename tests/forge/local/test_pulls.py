"""Pull requests as files, and what git does to them."""

from pathlib import Path

import pytest

from flux.forge.forge import PullState
from tests.forge.conftest import Place


def state(local: Place, number: int = 1) -> PullState:
    found = local.forge.pull_request(number)
    assert found is not None
    return found.state


def test_so_are_a_pull_request_and_comments(local: Place, pull: Path) -> None:
    local.forge.create_comment(1, "Deployed.")
    assert pull.read_text() == (
        "---\ntitle: Title\nstate: open\nauthor: Test <test@example.com>\n"
        "branch: topic\nbase: main\n---\n\nBody\n"
    )
    comment = pull.with_name("1.comment-1.md")
    assert comment.read_text() == "---\nauthor: Test <test@example.com>\n---\n\nDeployed.\n"


@pytest.mark.parametrize("how", ["--no-ff", "--ff-only"])
def test_a_merge_with_git_merges_the_pull_request(local: Place, pull: Path, how: str) -> None:
    local.repo.git("merge", "--quiet", how, "--no-edit", "topic")
    assert state(local) is PullState.MERGED
    local.repo.git("branch", "--quiet", "-d", "topic")
    assert state(local) is PullState.MERGED


def test_commits_of_ones_own_ride_along(local: Place, pull: Path) -> None:
    local.repo.checkout("topic")
    commit = local.repo.commit(files={"mine": "x"})
    found = local.forge.pull_request(1)
    assert found is not None
    assert (found.head, found.state) == (commit, PullState.OPEN)
    local.repo.checkout("main")
    local.repo.merge("topic")
    assert state(local) is PullState.MERGED


@pytest.mark.parametrize("word", list(PullState))
def test_the_file_can_say_the_state(local: Place, pull: Path, word: PullState) -> None:
    pull.write_text(pull.read_text().replace("state: open", f"state: {word.value}"))
    assert state(local) is word


def test_deleting_the_branch_with_git_closes_the_pull_request(local: Place, pull: Path) -> None:
    before = local.forge.pull_requests()[0]
    local.repo.git("branch", "--quiet", "-D", "topic")
    local.repo.git("gc", "--quiet", "--prune=now")
    found = local.forge.pull_request(1)
    assert found is not None
    assert (found.state, found.head) == (PullState.CLOSED, before.head)
    local.start("topic", "again")
    assert state(local) is PullState.CLOSED


def test_a_rebased_branch_is_merged_too(local: Place, pull: Path) -> None:
    local.repo.commit(files={"file": "main moved\n"})
    local.repo.git("rebase", "--quiet", "main", "topic")
    local.repo.checkout("main")
    assert state(local) is PullState.OPEN
    local.repo.merge("topic")
    assert state(local) is PullState.MERGED
