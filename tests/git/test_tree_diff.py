"""Two trees are compared as `git diff` does it, whatever became of what."""

import random
from hashlib import sha1
from pathlib import Path

import pytest

from flux.artifact.tree import Change
from flux.git.clone import Clone
from flux.git.tree import Tree, TreeEntry
from flux.git.tree_diff import compare_trees
from tests.commands.invoking import HOSTILE_NAMES
from tests.git.counted import CountedGit
from tests.repo import Repo


def by_git(repo: Repo, old: str | None, new: str, path: str) -> list[Change]:
    empty = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    limits = ["--", path] if path else []
    printed = repo.git(
        "--literal-pathspecs", "diff", "--name-status", "--no-renames", "-z", old or empty, new, *limits
    )
    parts = printed.split("\0")[:-1]
    return [
        Change(path, status == "A", status == "D")
        for status, path in zip(parts[::2], parts[1::2], strict=True)
    ]


def hold(repo: Repo, old: str | None, new: str, *paths: str) -> None:
    with Clone(repo.path) as git:
        for path in ("", *paths):
            assert git.changes(old, new, path) == by_git(repo, old, new, path), path


def test_every_kind_of_change(repo: Repo) -> None:
    old = repo.commit(
        files={
            "artifacts/app/kept": "x",
            "artifacts/app/run": "x",
            "artifacts/app/link": "x",
            "artifacts/app/folder/deep/x": "x",
            "artifacts/app/file": "x",
            "artifacts/app/file-beside": "x",
            "artifacts/app/gone": "x",
            "artifacts/app/sub": "x",
            "artifacts/app-beside": "x",
        }
    )
    app = "artifacts/app"
    for name in ("link", "folder", "file", "gone", "sub"):
        repo.remove(f"{app}/{name}")
    repo.write(f"{app}/run", "x", executable=True)
    repo.symlink(f"{app}/link", "x")
    repo.write(f"{app}/folder", "x")
    repo.write(f"{app}/file/a", "x")
    repo.write(f"{app}/file/b", "x")
    repo.write("artifacts/app-beside", "y")
    repo.git("add", "--all")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{old},{app}/sub")
    repo.git("commit", "--quiet", "-m", "all")
    paths = ("artifacts/", "artifacts", app, f"{app}/", f"{app}/file", f"{app}/file/", f"{app}/sub", "none/")
    hold(repo, old, repo.head, *paths)
    hold(repo, repo.head, old, *paths)
    hold(repo, None, repo.head, *paths)
    hold(repo, old, old, *paths)


def test_names_of_any_kind(repo: Repo) -> None:
    old = repo.head
    new = repo.commit(files={f"artifacts/app/{name}/{name}": "x" for name in HOSTILE_NAMES})
    hold(repo, old, new, "artifacts/", *(f"artifacts/app/{name}" for name in HOSTILE_NAMES))


@pytest.mark.parametrize("seed", range(4))
def test_random_trees(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    repo = Repo(tmp_path)
    commits: list[str] = []
    for _ in range(6):
        for _ in range(chance.randrange(1, 9)):
            path = "/".join(chance.choices(("a", "a-b", "b", "a.b", "c"), k=chance.randrange(1, 4)))
            at = repo.path
            for part in path.split("/"):
                at /= part
                if at.is_symlink() or at.is_file():
                    at.unlink()
            if at.is_dir() or chance.random() < 0.2:
                if at.is_dir():
                    repo.remove(path)
            elif chance.random() < 0.2:
                repo.symlink(path, "a")
            else:
                repo.write(path, str(chance.randrange(3)), executable=chance.random() < 0.2)
        commits.append(repo.commit())
    for old in (None, *commits):
        for new in commits:
            hold(repo, old, new, "a", "a/", "a/b")


def test_a_change_of_few_files_needs_no_process_of_its_own(repo: Repo, counted: CountedGit) -> None:
    files = {f"artifacts/{number}/x": "x" for number in range(300)}
    old = repo.commit(files=files)
    new = repo.commit(files={"artifacts/7/x": "y", "artifacts/8/y": "y"})
    with Clone(repo.path) as git:
        counted.forget()
        assert git.changes(old, new, "artifacts/") == [
            Change("artifacts/7/x"),
            Change("artifacts/8/y", added=True),
        ]
        assert [call[0] for call in counted.calls] == ["cat-file"]
        counted.forget()
        assert len(git.changes(None, new, "")) == 303
        assert [call[0] for call in counted.calls] == ["diff"]


def test_no_more_trees_are_read_than_are_worth_it() -> None:
    """A tree can hold itself as often as one likes, without taking room."""
    read = 0

    def deep(oid: str) -> Tree:
        nonlocal read
        read += 1
        below = [b"40000 %c\0%b" % (name, sha1(oid.encode() + bytes([name])).digest()) for name in b"ab"]
        return Tree(b"".join(below) + b"100644 x\0" + bytes.fromhex(oid))

    assert compare_trees(deep, None, TreeEntry(0o40000, "0" * 40), "") is None
    assert read < 100
