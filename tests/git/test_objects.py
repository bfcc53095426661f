"""Objects are read as they are stored, and a partial clone fetches what it lacks."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from flux.errors import GitError, RequestError
from flux.git.clone import Clone
from tests.commands.invoking import break_origin
from tests.git.conftest import SOURCES, partial
from tests.git.counted import CountedGit
from tests.repo import Repo


def test_blobs_are_read_by_many_threads(repo: Repo, git: Clone) -> None:
    contents = {f"artifacts/app/{number}": os.urandom(number * 1000) for number in range(60)}
    commit = repo.commit(files=contents)
    files = [f for f in git.files(commit, SOURCES, ["app"])["app"] if f.path != "base.yaml"] * 3
    with ThreadPoolExecutor(16) as pool:
        for file, content in zip(files, pool.map(lambda file: git.read(file.oid), files), strict=True):
            assert content == contents[f"artifacts/app/{file.path}"]


@pytest.mark.parametrize("content", [b"", b"\n", b"\n\n", b"x\r\n", b"\0" * 100, b"a" * 100_000])
def test_blobs_are_read_byte_for_byte(repo: Repo, git: Clone, content: bytes) -> None:
    commit = repo.commit(files={"artifacts/app/base.yaml": content})
    (file,) = git.files(commit, SOURCES, ["app"])["app"]
    assert git.read(file.oid) == content


def test_a_blob_that_is_missing_is_said(repo: Repo, git: Clone) -> None:
    oid = repo.git("rev-parse", "HEAD:artifacts/app/base.yaml")
    other = repo.git("rev-parse", "HEAD:artifacts/db/base.yaml")
    (repo.path / ".git/objects" / oid[:2] / oid[2:]).unlink()
    with pytest.raises(GitError) as raised:
        git.read(oid)
    assert oid[:12] in raised.value.message
    assert git.read(other) == b"db", "and the next is read all the same"


def test_blobs_that_only_origin_has_are_fetched(repo: Repo, tmp_path: Path) -> None:
    clone = partial(repo, tmp_path)
    with Clone(clone.path) as git:
        (file,) = git.files(clone.head, SOURCES, ["app"])["app"]
        assert git.read(file.oid) == b"app"


def test_blobs_that_origin_does_not_give_are_said(repo: Repo, tmp_path: Path) -> None:
    clone = partial(repo, tmp_path)
    break_origin(clone)
    with Clone(clone.path) as git:
        for name in ("app", "db"):
            (file,) = git.files(clone.head, SOURCES, [name])[name]
            with pytest.raises(GitError):
                git.read(file.oid)


# Commits and trees by their names


def test_what_was_fetched_meanwhile_is_found(repo: Repo, git: Clone, tmp_path: Path) -> None:
    other = repo.bare_origin().clone(tmp_path / "other")
    commits = [other.commit(files={"artifacts/app/new": str(number)}) for number in range(3)]
    other.push()
    assert not any(git.kind(commit) for commit in commits)
    for commit in commits:  # each fetch makes one pack more
        repo.git("fetch", "--quiet", "origin", commit)
        assert git.kind(commit) == "commit"
    assert git.file(commits[-1], "artifacts/app/new") == b"2"


def test_objects_that_are_packed_anew_meanwhile(repo: Repo, git: Clone) -> None:
    commits = [repo.commit(files={"x": str(number)}) for number in range(3)]
    assert git.file(commits[0], "x") == b"0"
    repo.git("gc", "--quiet", "--prune=now")
    assert [git.file(commit, "x") for commit in commits] == [b"0", b"1", b"2"]


def test_refs_are_read_anew_each_time(repo: Repo, git: Clone) -> None:
    for _ in range(3):
        commit = repo.commit()
        assert git.ref("refs/heads/main") == git.head() == git.commit("HEAD") == commit
        repo.git("branch", "-f", "side", commit)
        assert git.ref("refs/heads/side") == commit
        repo.git("pack-refs", "--all", "--prune")
        assert git.ref("refs/heads/side") == commit
    repo.git("branch", "-D", "--quiet", "side")
    assert git.ref("refs/heads/side") is None


@pytest.mark.parametrize("name", ["refs/heads/a\nb", "refs/heads/main\n", "refs/heads/", "refs/heads/x y"])
def test_refs_that_cannot_be(repo: Repo, git: Clone, name: str) -> None:
    assert git.ref(name) is None
    assert git.ref("refs/heads/main") == repo.head


def test_what_names_a_commit(repo: Repo, git: Clone) -> None:
    repo.tag("v1", message="x")
    repo.tag("v2", "v1", message="a tag of a tag")
    repo.tag("tree", "HEAD^{tree}", message="of a tree")
    repo.tag("blob", "HEAD:artifacts/app/base.yaml", message="of a blob")
    for name in ("v1", "v2"):
        assert git.commit(repo.git("rev-parse", f"refs/tags/{name}")) == repo.head
    for revision in ("refs/tags/tree", "refs/tags/blob", "HEAD^{tree}", "HEAD:artifacts/app/base.yaml"):
        oid = repo.git("rev-parse", revision)
        assert not git.obtain(oid)
        with pytest.raises(RequestError):
            git.commit(oid)


def test_files_and_folders_by_their_paths(repo: Repo, git: Clone) -> None:
    repo.symlink("artifacts/app/link", "base.yaml")
    repo.commit(files={"artifacts/app/a/b/c": "deep"})
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{repo.head},artifacts/app/sub")
    repo.git("commit", "--quiet", "-m", "submodule")
    head = repo.head
    assert git.file(head, "artifacts/app/a/b/c") == git.file("HEAD", "artifacts/app/a/b/c") == b"deep"
    assert git.file(head, "artifacts/app/link") == b"base.yaml"
    for path in (
        "artifacts/app/sub",
        "artifacts/app/a",
        "artifacts/app/a/b/c/d",
        "none",
        "artifacts/app/sub/x",
    ):
        assert git.file(head, path) is None
    has = git.folders_of(head)
    assert all(map(has, ("artifacts", "artifacts/", "artifacts/app/a/b")))
    no_folders = ("none", "art", "artifacts/app/a/b/c", "artifacts/app/link", "artifacts/app/sub")
    assert not any(map(has, no_folders))
    assert git.file(repo.git("rev-parse", "HEAD^{tree}"), "artifacts/app/a/b/c") == b"deep"


def test_a_commit_that_is_not_here(git: Clone) -> None:
    for ask in (lambda: git.below("1" * 40)("artifacts"), lambda: git.file("1" * 40, "artifacts/")):
        with pytest.raises(GitError) as raised:
            ask()
        assert raised.value.message


def test_a_tree_that_is_damaged(repo: Repo, git: Clone) -> None:
    """What is written there is not ours to trust."""
    oid = repo.git("rev-parse", "HEAD^{tree}")
    place = repo.path / ".git/objects" / oid[:2] / oid[2:]
    place.chmod(0o644)
    place.write_bytes(b"damaged")
    with pytest.raises(GitError) as raised:
        git.below(repo.head)(SOURCES)
    assert "\n" not in raised.value.message
    assert git.commit(repo.head) == repo.head


@pytest.mark.parametrize("mode", ["100664", "100600", "40755", "120777", "0100644", "7", "x"])
def test_modes_that_old_tools_wrote(repo: Repo, git: Clone, mode: str) -> None:
    """As git has them: `ls-tree` is the judge."""
    tree = repo.git("rev-parse", "HEAD^{tree}") if mode.startswith("4") else None
    oid = tree or repo.git("rev-parse", "HEAD:artifacts/app/base.yaml")
    raw = f"{mode} x\0".encode() + bytes.fromhex(oid)
    written = (
        subprocess.run(
            ["git", "-C", str(repo.path), "hash-object", "-t", "tree", "-w", "--literally", "--stdin"],
            input=raw,
            stdout=subprocess.PIPE,
            check=True,
        )
        .stdout.decode()
        .strip()
    )
    listed = subprocess.run(["git", "-C", str(repo.path), "ls-tree", written], capture_output=True)
    if listed.returncode == 0:
        entry = git.parts.objects.tree(written)["x"]
        assert f"{entry.mode:06o}" == listed.stdout.decode().split()[0]
    else:
        with pytest.raises(GitError):
            git.parts.objects.tree(written)


def test_objects_are_asked_for_once(repo: Repo, git: Clone, counted: CountedGit) -> None:
    for _ in range(3):
        assert git.file(repo.head, "artifacts/app/base.yaml") == b"app"
    assert len(counted.of("cat-file")) == 1
    git.parts.close()
    counted.forget()
    assert git.file(repo.git("rev-parse", "HEAD"), "artifacts/app/base.yaml") == b"app"
    assert counted.of("cat-file") == []
