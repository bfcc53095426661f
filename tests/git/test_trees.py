"""Trees: what a commit has, names of any kind taken literally."""

from flux.artifact.tree import EXECUTABLE, REGULAR, SUBMODULE, SYMLINK, File
from flux.git.clone import Clone
from tests.commands.invoking import HOSTILE_NAMES
from tests.git.conftest import SOURCES, commits
from tests.repo import Repo


def test_files_with_their_modes(repo: Repo, git: Clone) -> None:
    repo.write("artifacts/app/run", "x", executable=True)
    repo.symlink("artifacts/app/link", "run")
    repo.commit(files={"artifacts/app/a/b/c": "deep", "artifacts/app.d/x": "x", "artifacts/beside": "x"})
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{repo.head},artifacts/app/sub")
    repo.git("commit", "--quiet", "-m", "submodule")
    files = git.files(repo.head, SOURCES, ["app"])["app"]
    assert {file.path: file.mode for file in files} == {
        "a/b/c": REGULAR,
        "base.yaml": REGULAR,
        "link": SYMLINK,
        "run": EXECUTABLE,
        "sub": SUBMODULE,
    }
    assert git.read(next(f.oid for f in files if f.path == "a/b/c")) == b"deep"
    below = git.below(repo.head)
    assert {name for name, node in below("artifacts").items() if node.is_tree} == {"app", "app.d", "db"}
    assert below("artifacts/beside") == below("none") == {}
    assert git.files(repo.head, SOURCES, []) == {}
    assert git.files(repo.head, SOURCES, ["none"]) == {"none": []}


def test_files_that_match(repo: Repo, git: Clone) -> None:
    files: dict[str, str | bytes] = {
        "a/run": "flux push artifact\n",
        "ü.py": '"push", "artifact"\n',
        "bin": b"push artifact\0",
        "x": "push",
    }
    commit = repo.commit(files=files)
    repo.write("b", "push artifact")
    assert git.matching(commit, r"push[\"', ]+artifact") == ["a/run", "ü.py"]
    assert git.matching(commit, "nowhere") == []


def test_names_of_any_kind_are_taken_literally(repo: Repo, git: Clone) -> None:
    paths = {f"artifacts/{name}/{name}" for name in HOSTILE_NAMES}
    commit = repo.commit(files=dict.fromkeys(paths, "x"))
    assert set(git.below(commit)("artifacts")) == {"app", "db", *HOSTILE_NAMES}
    for name in HOSTILE_NAMES:
        assert list(git.below(commit)(f"artifacts/{name}")) == [name]
        assert [file.path for file in git.files(commit, SOURCES, [name])[name]] == [name]
        assert commits(git.line(commit, SOURCES, [name])) == [commit]
        assert git.folders_of(commit)(f"artifacts/{name}")
        assert not git.folders_of(commit)(f"artifacts/{name}/{name}")


def test_a_file_is_what_the_tree_says(repo: Repo, git: Clone) -> None:
    oid = repo.git("rev-parse", "HEAD:artifacts/app/base.yaml")
    assert git.files(repo.head, SOURCES, ["app"]) == {"app": [File("base.yaml", REGULAR, oid)]}
