"""Files and their numbers."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from flux.forge.local.forge import LocalForge
from flux.git.clone import Clone
from tests.forge.conftest import Place


def test_numbers_are_of_one_sequence(local: Place, issue: Path, root: Path) -> None:
    assert local.propose().number == 2
    assert local.forge.create_issue("Third", "", "label", None).number == 3
    assert sorted(str(path.relative_to(root)) for path in root.rglob("*.md")) == [
        "issues/1.md",
        "issues/3.md",
        "pulls/2.md",
    ]


def test_git_does_not_see_the_files(local: Place, issue: Path) -> None:
    assert local.repo.git("status", "--porcelain", "--untracked-files=all") == ""


def test_reading_writes_nothing(local: Place, root: Path) -> None:
    local.forge.issues("label")
    local.forge.pull_requests()
    local.forge.releases()
    local.forge.branch("main")
    assert not root.exists()


def test_no_number_is_given_twice(local: Place) -> None:
    def make(count: int) -> int:
        forge = LocalForge(local.repo.path, Clone(local.repo.path))
        number = forge.create_issue(f"Issue {count}", "", "label", None).number
        return forge.create_comment(number, "").id

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(make, range(24))) == list(range(1, 25))
    assert [issue.number for issue in local.forge.issues("label")] == list(range(1, 25))


def test_other_files_are_none_of_ours(local: Place, issue: Path) -> None:
    for name in ("1.md~", ".1.md.swp", "notes.md", "x1.md", "1.orig.md"):
        issue.with_name(name).write_text("nothing")
    assert [found.number for found in local.forge.issues("flux-release")] == [1]
