"""Attributes are the commit's own, whatever this machine has set."""

import os
from pathlib import Path

import pytest

from flux.artifact.tree import REGULAR, File
from flux.errors import GitError
from flux.git.clone import Clone
from tests.commands.invoking import HOSTILE_NAMES, break_origin
from tests.git.conftest import partial
from tests.git.counted import CountedGit
from tests.repo import Repo


def attributes(folder: Repo, *paths: str) -> dict[str, dict[str, str]]:
    """Those of the paths that are not `unspecified`."""
    with Clone(folder.path) as git:
        there = git.files(folder.head, "artifacts/", ["app"])["app"]
        asked = [File(path, REGULAR, "") for path in paths]
        given = git.attributes(folder.head, {"artifacts/app": [*there, *asked]})
    found = {path: given.get(f"artifacts/app/{path}") for path in paths}
    return {
        path: {k: v for k, v in values.items() if v != "unspecified"}
        for path, values in found.items()
        if values is not None
    }


def test_attributes_of_every_folder_above(repo: Repo) -> None:
    repo.commit(
        files={
            ".gitattributes": "*.a filter=root\n*.b filter=root\n*.c filter=root\n",
            "artifacts/.gitattributes": "*.b filter=sources\n",
            "artifacts/app/.gitattributes": "*.c filter=artifact\n",
            "artifacts/app/deep/.gitattributes": "*.c filter=deep\n",
            "artifacts/db/.gitattributes": "* filter=other\n",
            "artifacts/app/deep/er/x.c": "x",
        }
    )
    assert attributes(repo, "x.a", "x.b", "x.c", "deep/x.c", "deep/er/x.c", "x.d") == {
        "x.a": {"filter": "root"},
        "x.b": {"filter": "sources"},
        "x.c": {"filter": "artifact"},
        "deep/x.c": {"filter": "deep"},
        "deep/er/x.c": {"filter": "deep"},
        "x.d": {},
    }


def test_attributes_are_those_of_the_commit(repo: Repo) -> None:
    repo.commit(files={"artifacts/app/.gitattributes": "*.yaml eol=crlf\n"})
    repo.write("artifacts/app/.gitattributes", "*.yaml filter=dirty\n")
    repo.git("add", "--all")
    repo.write(".gitattributes", "*.yaml ident\n")
    assert attributes(repo, "base.yaml") == {"base.yaml": {"eol": "crlf"}}


@pytest.mark.parametrize("where", ["global", "info", "xdg", "ignorecase", "macro"])
def test_attributes_of_this_machine_do_not_matter(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    repo.commit(files={"artifacts/app/.gitattributes": "*.txt eol=lf\nBASE.yaml ident\n"})
    mine = "*.yaml filter=mine\n* text eol=crlf\n"
    gitconfig = Path(os.environ["GIT_CONFIG_GLOBAL"]).read_text()
    (tmp_path / "attributes").write_text(mine)
    match where:
        case "global":
            gitconfig += f"[core]\nattributesFile = {tmp_path / 'attributes'}\n"
        case "ignorecase":
            gitconfig += "[core]\nignoreCase = true\n"
        case "info":
            (repo.path / ".git/info").mkdir(exist_ok=True)
            (repo.path / ".git/info/attributes").write_text(mine)
        case "xdg":
            monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
            (tmp_path / "xdg/git").mkdir(parents=True)
            (tmp_path / "xdg/git/attributes").write_text(mine)
        case "macro":
            gitconfig += '[filter "lfs"]\nclean = false\nsmudge = false\nrequired = true\n'
    (tmp_path / "gitconfig").write_text(gitconfig)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    assert attributes(repo, "base.yaml", "x.txt") == {"base.yaml": {}, "x.txt": {"eol": "lf"}}


def test_attributes_of_names_of_any_kind(repo: Repo) -> None:
    repo.commit(files={"artifacts/app/.gitattributes": "* filter=x\n"})
    assert attributes(repo, *HOSTILE_NAMES) == {name: {"filter": "x"} for name in HOSTILE_NAMES}


def test_a_commit_without_rules_is_not_listed_for_them(repo: Repo, counted: CountedGit) -> None:
    repo.commit(files={f"artifacts/app/{number}/x": "x" for number in range(700)})
    with Clone(repo.path) as git:
        files = git.files(repo.head, "artifacts/", ["app", "db"])
        counted.forget()
        assert git.attributes(repo.head, {f"artifacts/{name}": files[name] for name in files}) == {}
        assert [call[0] for call in counted.calls] == ["cat-file"]


def test_attributes_of_many_folders(repo: Repo) -> None:
    files = {f"artifacts/app/{number}/x": "x" for number in range(700)}
    repo.commit(files={**files, "artifacts/app/650/.gitattributes": "x ident\n", "z/.gitattributes": "* a\n"})
    found = attributes(repo, *(f"{number}/x" for number in range(700)))
    assert {path for path, values in found.items() if values} == {"650/x"}


def test_attributes_where_only_origin_has_their_blob(repo: Repo, tmp_path: Path) -> None:
    repo.commit(files={"artifacts/app/.gitattributes": "* filter=lfs\n"})
    assert attributes(partial(repo, tmp_path), "base.yaml") == {"base.yaml": {"filter": "lfs"}}


def test_attributes_where_nobody_has_their_blob(repo: Repo, tmp_path: Path) -> None:
    repo.commit(files={"artifacts/app/.gitattributes": "* filter=lfs\n"})
    clone = partial(repo, tmp_path)
    break_origin(clone)
    with pytest.raises(GitError):
        attributes(clone, "base.yaml")


@pytest.mark.parametrize("kind", ["folder", "symlink", "submodule", "directory-link"])
def test_gitattributes_that_is_no_file(repo: Repo, tmp_path: Path, kind: str) -> None:
    """As git itself has it: only a regular file has a say."""
    repo.write("artifacts/app/rules", "* filter=linked\n")
    place = "artifacts/app/.gitattributes"
    match kind:
        case "folder":
            repo.write(f"{place}/x", "* filter=x\n")
        case "symlink":
            repo.symlink(place, "rules")
        case "directory-link":
            repo.symlink(place, "../db")
    repo.git("add", "--all")
    if kind == "submodule":
        repo.git("update-index", "--add", "--cacheinfo", f"160000,{repo.head},{place}")
    repo.git("commit", "--quiet", "-m", kind)
    assert attributes(repo, "base.yaml").get("base.yaml", {}) == {}


@pytest.mark.parametrize("flags", [("--shared",), ("--bare",), ()])
def test_attributes_in_a_clone_of_any_kind(repo: Repo, tmp_path: Path, flags: tuple[str, ...]) -> None:
    repo.commit(files={"artifacts/app/.gitattributes": "*.yaml ident\n"})
    clone = repo.clone(tmp_path / "clone", *flags)
    clone.git("worktree", "add", "--quiet", str(tmp_path / "linked"), "HEAD")
    linked = tmp_path / "linked"
    with Clone(linked) as git:
        given = git.attributes(clone.head, git.files(clone.head, "", ["artifacts/app"]))
    assert given["artifacts/app/base.yaml"]["ident"] == "set"
