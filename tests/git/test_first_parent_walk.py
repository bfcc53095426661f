"""A walk tells what `git log` tells."""

import random
from pathlib import Path

import pytest

from flux.errors import GitError
from flux.git.clone import Clone
from flux.git.output import WalkedCommit, parse_log
from flux.git.trees import RAW_DIFF
from tests.git.counted import CountedGit
from tests.repo import Repo

PATHS = [[], ["artifacts/"], ["artifacts/app"], ["artifacts/app", "invoke.yaml"], ["README.md"], ["nothing"]]


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """A line with merges, empty commits, moves, modes, and names that are no text."""
    repo = Repo(tmp_path_factory.mktemp("line") / "repo")
    dice = random.Random(7)
    repo.commit(files={"artifacts/db/x": "x", "README.md": "x"})
    for n in range(25):
        if n % 5 == 4:
            repo.checkout(f"side-{n}", create=True)
            repo.commit(files={f"artifacts/db/side-{n}": "x"})
            repo.checkout("main")
            repo.commit(files={f"artifacts/app/main-{n}": "x"})
            repo.merge(f"side-{n}")
            continue
        place = dice.choice(["artifacts/app", "artifacts/db", "docs", "artifacts/app/deep/er"])
        repo.commit(files=[{f"{place}/{n}": str(n)}, {"invoke.yaml": str(n)}, {}][n % 3])
    repo.move("artifacts/app", "artifacts/moved")
    repo.commit()
    repo.write("artifacts/db/x", "x", executable=True)
    repo.write("artifacts/app/\udcff\n", "x")
    repo.commit()
    return repo


def logged(git: Clone, span: list[str], paths: list[str], root: str) -> list[WalkedCommit]:
    log = ("-c", f"log.showRoot={root}", "log", "--first-parent", "--diff-merges=first-parent")
    limits = ["--", *paths] if paths else []
    with git.parts.process.started(*log, "--format=tformat:%H %ct %P", *RAW_DIFF, *span, *limits) as process:
        assert process.stdout
        return list(parse_log(process.stdout))


@pytest.mark.parametrize("paths", PATHS)
def test_it_is_what_git_log_says(grown: Repo, paths: list[str]) -> None:
    with Clone(grown.path) as git:
        for span in ([grown.head], [grown.head, f"^{grown.head}~9"], [f"{grown.head}~3"]):
            said = list(git.parts.history._walk(span, paths, root=False))
            assert [one for one in said if one[2] or not one[1]] == [
                one for one in logged(git, span, paths, "false") if one[2] or not one[1]
            ]
            said = list(git.parts.history._walk(span, paths, root=True))
            assert said == [one for one in logged(git, span, paths, "true") if one[2]]


def test_it_needs_no_index(grown: Repo) -> None:
    index = grown.path / ".git/index"
    kept = index.read_bytes()
    index.write_bytes(b"broken")
    try:
        with Clone(grown.path) as git:
            assert list(git.parts.history._walk([grown.head], ["artifacts/"], root=False))
    finally:
        index.write_bytes(kept)


def test_it_is_ended_where_nobody_asks_for_more(grown: Repo, counted: CountedGit) -> None:
    with Clone(grown.path) as git:
        walk = git.parts.history._walk([grown.head], ["artifacts/"], root=False)
        next(walk)
        walk.close()
    # Both start at once.
    assert sorted(call[0] for call in counted.calls[-2:]) == ["diff-tree", "rev-list"]


@pytest.mark.parametrize("span", [["0" * 40], ["1" * 40], ["nothing"]])
def test_a_commit_that_is_not_here(grown: Repo, span: list[str]) -> None:
    with Clone(grown.path) as git, pytest.raises(GitError):
        list(git.parts.history._walk(span, ["artifacts/"], root=False))


def test_a_tree_that_is_not_here(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit(files={"artifacts/app/x": "1"})
    repo.commit(files={"artifacts/app/x": "2"})
    tree = repo.git("rev-parse", "HEAD~1:artifacts")
    (repo.path / ".git/objects" / tree[:2] / tree[2:]).unlink()
    with Clone(repo.path) as git, pytest.raises(GitError):
        list(git.parts.history._walk([repo.head], ["artifacts/"], root=False))
