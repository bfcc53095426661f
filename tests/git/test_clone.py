"""What is asked of git, where its answer depends on more than the commit, or used to."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from flux.artifact.changes import Commit
from flux.artifact.tree import EXECUTABLE, REGULAR, SUBMODULE, SYMLINK, File
from flux.errors import FluxError, GitError, HistoryMissingError, RequestError, TipUnknownError
from flux.git.clone import Clone
from tests.commands.helpers import HOSTILE_NAMES, actions_checkout, break_origin, collect, inv, monorepo
from tests.repo import Repo

SOURCES = "artifacts/"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "repo")
    repo.commit(files={"artifacts/app/base.yaml": "app", "artifacts/db/base.yaml": "db"})
    return repo


@pytest.fixture
def git(repo: Repo) -> Iterator[Clone]:
    with Clone(repo.path) as repository:
        yield repository


def commits(walk: Iterator[Commit]) -> list[str]:
    return [commit.revision.commit for commit in walk]


# Trees and blobs


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
    assert set(git.artifacts(repo.head, SOURCES)) == {"app", "app.d", "db"}
    assert git.files(repo.head, SOURCES, []) == {}
    assert git.files(repo.head, SOURCES, ["none"]) == {"none": []}


def test_names_of_any_kind_are_taken_literally(repo: Repo, git: Clone) -> None:
    paths = {f"artifacts/{name}/{name}" for name in HOSTILE_NAMES}
    commit = repo.commit(files=dict.fromkeys(paths, "x"))
    assert set(git.artifacts(commit, SOURCES)) == {"app", "db", *HOSTILE_NAMES}
    assert set(git.artifacts(commit, SOURCES, HOSTILE_NAMES)) == set(HOSTILE_NAMES)
    for name in HOSTILE_NAMES:
        assert git.artifacts(commit, SOURCES, [name]) == [name]
        assert [file.path for file in git.files(commit, SOURCES, [name])[name]] == [name]
        assert commits(git.line(commit, SOURCES, [name])) == [commit]
        assert git.folders_of(commit)(f"artifacts/{name}")
        assert not git.folders_of(commit)(f"artifacts/{name}/{name}")


def test_a_folder_name_that_begins_with_a_newline_is_not_another(repo: Repo, git: Clone) -> None:
    """Git prints a newline of its own before the changes of a commit."""
    repo.commit(files={"app/x": "1", "\napp/x": "1"})
    app = repo.commit(files={"app/x": "2"})
    other = repo.commit(files={"\napp/x": "2"})
    walk = list(git.line(repo.head, "", ["app", "\napp"]))
    assert [(c.revision.commit, [change.path for change in c.changes or []]) for c in walk[:2]] == [
        (other, ["\napp/x"]),
        (app, ["app/x"]),
    ]


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


def partial(repo: Repo, tmp_path: Path) -> Repo:
    """A clone that has no blobs, and nothing checked out."""
    origin = repo.bare_origin()
    origin.git("config", "uploadpack.allowFilter", "true")
    return origin.clone(tmp_path / "partial", "--filter=blob:none", "--no-checkout")


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


# Attributes


def attributes(folder: Repo, *paths: str) -> dict[str, dict[str, str]]:
    """Those of the paths that are not `unspecified`."""
    with Clone(folder.path) as git:
        given = git.attributes(folder.head, [f"artifacts/app/{path}" for path in paths])
    return {
        path.removeprefix("artifacts/app/"): {k: v for k, v in values.items() if v != "unspecified"}
        for path, values in given.items()
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


def test_attributes_of_more_folders_than_a_command_line_takes(repo: Repo) -> None:
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
        given = git.attributes(clone.head, ["artifacts/app/base.yaml"])
    assert given["artifacts/app/base.yaml"]["ident"] == "set"


# The first-parent line


def test_the_line_of_a_merge_is_that_of_its_first_parent(repo: Repo, git: Clone) -> None:
    first = repo.head
    repo.checkout("side", create=True)
    repo.commit(files={"artifacts/app/side": "x"})
    repo.commit(files={"artifacts/app/side": "y"})
    repo.checkout("main")
    repo.commit(files={"README.md": "x"})
    merge = repo.merge("side")
    assert commits(git.line(merge, SOURCES, ["app"])) == [merge, first]
    assert commits(git.line(merge, SOURCES, ["db"])) == [first]
    assert git.first_parents(merge)[0] == merge
    assert len(git.first_parents(merge)) == 3


def test_a_merge_that_takes_nothing_is_not_on_the_line(repo: Repo, git: Clone) -> None:
    first = repo.head
    repo.checkout("side", create=True)
    repo.commit(files={"artifacts/app/side": "x"})
    repo.checkout("main")
    repo.commit()
    repo.git("merge", "--quiet", "--strategy=ours", "--no-edit", "side")
    assert commits(git.line(repo.head, SOURCES, ["app"])) == [first]


def test_an_octopus(repo: Repo, git: Clone) -> None:
    start = repo.head
    for name in ("one", "two", "three"):
        repo.git("checkout", "--quiet", "-b", name, start)
        repo.commit(files={f"artifacts/app/{name}": "x"})
    repo.checkout("main")
    repo.git("merge", "--quiet", "--no-edit", "--no-ff", "one", "two", "three")
    (octopus, *_) = git.line(repo.head, SOURCES, ["app"])
    assert octopus.revision.commit == repo.head
    assert {change.path for change in octopus.changes or []} >= {"artifacts/app/one", "artifacts/app/two"}


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_the_line_goes_on_past_the_edge_of_a_shallow_clone(repo: Repo, tmp_path: Path, depth: int) -> None:
    expected = [repo.head]
    for number in range(3):
        repo.commit(files={"README.md": str(number)})
        expected.insert(0, repo.commit(files={"artifacts/app/base.yaml": str(number)}))
    origin = repo.bare_origin()
    clone = actions_checkout(origin, tmp_path / "clone", repo.head, depth=depth)
    with Clone(clone.path) as git:
        assert commits(git.line(clone.head, SOURCES, ["app"])) == expected
        assert len(git.first_parents(clone.head)) == 7


def test_a_line_that_ends_before_the_edge_asks_nobody(repo: Repo, tmp_path: Path) -> None:
    """What is found within the clone's own history needs no origin."""
    repo.commit()
    last = repo.commit(files={"artifacts/app/base.yaml": "new"})
    clone = actions_checkout(repo.bare_origin(), tmp_path / "clone", repo.head, depth=2)
    break_origin(clone)
    with Clone(clone.path) as git:
        assert next(git.line(clone.head, SOURCES, ["app"])).revision.commit == last
        with pytest.raises(HistoryMissingError, match="shallow"):
            list(git.line(clone.head, SOURCES, ["app"]))


@pytest.mark.filterwarnings("default")
def test_grafts_do_not_bend_the_line(repo: Repo, git: Clone) -> None:
    first = repo.head
    middle = repo.commit(files={"artifacts/app/base.yaml": "2"})
    last = repo.commit()
    (repo.path / ".git/info").mkdir(exist_ok=True)
    (repo.path / ".git/info/grafts").write_text(f"{last} {first}\n")
    assert commits(git.line(last, SOURCES, ["app"])) == [middle, first]


def test_replacements_do_not_bend_the_line(repo: Repo, git: Clone) -> None:
    first = repo.head
    middle = repo.commit(files={"artifacts/app/base.yaml": "2"})
    last = repo.commit()
    repo.git("replace", "--graft", last, first)
    assert commits(git.line(last, SOURCES, ["app"])) == [middle, first]


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "UTF-16"])
def test_what_people_wrote_is_read_in_no_encoding_of_the_users(repo: Repo, git: Clone, encoding: str) -> None:
    commit = repo.commit("café", files={"artifacts/app/base.yaml": "2"})
    repo.git("config", "i18n.logOutputEncoding", encoding)
    assert git.log(commit, None, "artifacts/app")[0] == (commit, "café")
    assert next(git.line(commit, SOURCES, ["app"])).revision.commit == commit


def test_a_commit_graph_that_is_old(repo: Repo, git: Clone) -> None:
    first = repo.head
    repo.git("commit-graph", "write", "--reachable", "--changed-paths")
    last = repo.commit(files={"artifacts/app/base.yaml": "2"})
    assert commits(git.line(last, SOURCES, ["app"])) == [last, first]


# Commits and the tip


def test_the_tip_is_fetched_into_its_remote_tracking_branch(repo: Repo, tmp_path: Path) -> None:
    origin = repo.bare_origin()
    other = origin.clone(tmp_path / "other")
    tip = other.commit(files={"artifacts/app/base.yaml": "theirs"})
    other.push()
    with Clone(repo.path) as git:
        assert git.tip("main") == tip
        assert git.last_known_tip("main") == tip
        assert git.commit(tip) == tip
    assert repo.head != tip
    assert repo.git("status", "--porcelain") == ""
    assert (
        not (repo.path / ".git/FETCH_HEAD").exists() or tip not in (repo.path / ".git/FETCH_HEAD").read_text()
    )


@pytest.mark.parametrize(
    ("branch", "decoy"),
    [
        ("main", "a/refs/heads/main"),
        ("main", "refs/heads/main"),
        ("trunk", "refs/heads/trunk"),
        ("main", "MAIN"),
        ("release/1", "a/refs/heads/release/1"),
    ],
)
def test_the_tip_is_that_of_the_branch_and_of_no_other(
    repo: Repo, tmp_path: Path, branch: str, decoy: str
) -> None:
    origin = repo.bare_origin()
    if branch != "main":
        repo.push("origin", f"HEAD:refs/heads/{branch}")
    other = origin.clone(tmp_path / "other")
    other.commit()
    other.push("origin", f"HEAD:refs/heads/{decoy}")
    other.push("origin", f"HEAD:refs/tags/{branch}")
    other.push("origin", f"HEAD:refs/tags/refs/heads/{branch}")
    with Clone(repo.path) as git:
        assert git.tip(branch) == repo.head


@pytest.mark.parametrize(
    "url", ["file:///nonexistent", "http://127.0.0.1:1/x.git", "nonexistent-host:x", "/dev/null"]
)
def test_an_origin_that_does_not_answer(repo: Repo, url: str) -> None:
    repo.git("remote", "add", "origin", url)
    with Clone(repo.path) as git, pytest.raises(TipUnknownError) as raised:
        git.tip("main")
    assert raised.value.hint
    assert "\n" not in raised.value.message


def test_git_never_asks_for_a_password(tmp_path: Path) -> None:
    """A terminal that waits for input would hang in CI; askpass programs of the user's are the user's."""
    repo = Repo(tmp_path)
    repo.commit()
    repo.git("remote", "add", "origin", "http://user@127.0.0.1:1/x.git")
    with Clone(repo.path) as git, pytest.raises(TipUnknownError):
        git.tip("main")


def test_obtain_only_fetches_what_is_missing(repo: Repo, tmp_path: Path) -> None:
    origin = repo.bare_origin()
    other = origin.clone(tmp_path / "other")
    there = other.commit()
    other.push("origin", "HEAD:refs/heads/elsewhere")
    with Clone(repo.path) as git:
        assert git.obtain(repo.head)
        assert git.obtain(there)
        assert not git.obtain("1" * 40)
    assert "elsewhere" not in repo.git("for-each-ref")


def test_a_commit_that_origin_collected(repo: Repo, tmp_path: Path) -> None:
    origin = repo.bare_origin()
    other = origin.clone(tmp_path / "other")
    gone = other.commit()
    other.push("origin", "HEAD:refs/heads/short-lived")
    other.push("origin", ":refs/heads/short-lived")
    collect(origin)
    with Clone(repo.path) as git:
        assert not git.obtain(gone)


def test_a_merge_base_in_a_shallow_clone_is_the_best(repo: Repo, tmp_path: Path) -> None:
    """Half a history can name an older common ancestor than the best."""
    repo.commit()
    repo.checkout("side", create=True)
    side = [repo.commit() for _ in range(3)][-1]
    repo.checkout("main")
    best = repo.head
    repo.commit()
    repo.git("merge", "--quiet", "--no-ff", "--no-edit", "side~2")
    main = repo.commit()
    best = repo.git("rev-parse", "side~2")
    origin = repo.bare_origin()
    for depth in (1, 2, 3):
        clone = actions_checkout(origin, tmp_path / str(depth), main, depth=depth)
        clone.git("fetch", "--quiet", "--depth=1", "origin", side)
        with Clone(clone.path) as git:
            assert git.merge_base(main, side) == best


# Tags


def test_tags_of_every_kind(repo: Repo, git: Clone) -> None:
    first = repo.head
    repo.tag("light")
    repo.tag("annotated", message="two\nlines")
    repo.tag("nested", "annotated", message="a tag of a tag")
    repo.tag("tree", "HEAD^{tree}")
    repo.tag("é/日本 ".strip(), message="x")
    repo.tag("\N{LINE SEPARATOR}\N{NEXT LINE}x")
    repo.git("update-ref", "refs/tags/with/%(objectname)", "HEAD")
    repo.commit()
    tags = git.tags()
    assert tags.pop("tree") == repo.git("rev-parse", f"{first}^{{tree}}")
    assert set(tags) == {
        "light",
        "annotated",
        "nested",
        "é/日本",
        "\N{LINE SEPARATOR}\N{NEXT LINE}x",
        "with/%(objectname)",
    }
    assert set(tags.values()) == {first}, "what they point at in the end"


# A clone to throw away


@pytest.mark.parametrize("kind", ["branch", "detached", "worktree", "partial", "shallow"])
def test_a_clone_is_whole_and_leads_nowhere(repo: Repo, tmp_path: Path, kind: str) -> None:
    repo.tag("v1")
    repo.commit(files={"artifacts/app/base.yaml": "changed"})
    source = repo
    if kind in ("partial", "shallow"):
        repo.git("config", "uploadpack.allowFilter", "true")
        flags = {"partial": ["--filter=blob:none"], "shallow": ["--depth=1", "--no-single-branch"]}[kind]
        source = repo.clone(tmp_path / "source", *flags)
        source.git("tag", "--force", "v1")
        break_origin(source)
    elif kind == "worktree":
        repo.git("worktree", "add", "--quiet", "-b", "topic", str(tmp_path / "source"))
        source = Repo(tmp_path / "source")
    elif kind == "detached":
        repo.checkout("topic", create=True)
        repo.commit(files={"artifacts/app/base.yaml": "on no branch"})
        repo.git("checkout", "--quiet", "--detach")
        repo.git("branch", "--quiet", "-D", "topic")
    (tmp_path / "clone").mkdir()
    with Clone(source.path) as git:
        git.clone(tmp_path / "clone", "trunk", {"new/state": b"state"}, "begin")

    clone, is_whole = Repo(tmp_path / "clone"), kind not in ("partial", "shallow")
    assert clone.git("symbolic-ref", "HEAD") == "refs/heads/trunk"
    assert clone.git("status", "--porcelain") == ""
    assert (
        clone.git("diff", "--name-status", source.git("rev-parse", "HEAD^{tree}"), "HEAD") == "A\tnew/state"
    )
    assert (clone.path / "new/state").read_bytes() == b"state"
    assert clone.git("remote") == ""
    refs = clone.git("for-each-ref", "--format=%(refname)").splitlines()
    assert refs == ["refs/heads/trunk", *(["refs/tags/v1"] if is_whole else [])]
    count = int(source.git("rev-list", "--count", "HEAD")) if is_whole else 1
    assert clone.git("rev-list", "--count", "HEAD") == str(count + 1)
    assert clone.git("rev-parse", "--is-shallow-repository") == "false"
    clone.git("gc", "--quiet")


def test_a_clone_that_cannot_be(repo: Repo, git: Clone, tmp_path: Path) -> None:
    (tmp_path / "clone").write_text("a file")
    with pytest.raises(GitError, match="already exists"):
        git.clone(tmp_path / "clone", "main", {}, "")


# Errors and environment


def test_a_repository_that_is_not_ours_to_read(tmp_path: Path) -> None:
    with pytest.raises(RequestError):
        Clone(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_repository_of_someone_else(tmp_path: Path) -> None:
    """As in a job that runs in a container: git refuses, and says what to do about it."""
    repo = monorepo(tmp_path / "some one's", {"artifacts/app/base.yaml": "x"})
    subprocess.run(["chown", "-R", "12345:12345", str(repo.path)], check=True)
    ran = inv(repo.path / "artifacts", "changed")
    assert ran.code == 2
    assert "dubious ownership" in ran.err
    command = ran.err.split("`")[1]
    assert shlex.split(command) == ["git", "config", "--global", "--add", "safe.directory", str(repo.path)]


def test_a_repository_of_another_hash_function(tmp_path: Path) -> None:
    """GitHub and Flux know sha1 alone: that is said, not found out halfway."""
    subprocess.run(["git", "init", "--quiet", "--object-format=sha256", str(tmp_path)], check=True)
    repo = Repo(tmp_path)
    repo.commit(files={"artifacts/app/base.yaml": "x", "tasks.py": "from flux.tasks import ns\n"})
    for command in (("changed",), ("list",), ("build", "--dry-run")):
        ran = inv(repo, *command)
        assert ran.code == 0 or "sha256" in ran.err, ran.said


def test_a_commit_of_the_far_future(tmp_path: Path) -> None:
    """Git takes times that no calendar of the image's does."""
    repo = monorepo(tmp_path, {"artifacts/app/base.yaml": "app"})
    repo.commit(files={"artifacts/db/base.yaml": "db"}, date="@999999999999 +0000")
    ran = inv(repo, "build", "--json")
    assert ran.code in (0, 1)
    assert {result["artifact"]: result["action"] for result in ran.document["artifacts"]}["app"] == "pushed"


def test_a_terminal_of_another_encoding(tmp_path: Path) -> None:
    """Names are bytes to git and to the image, whatever LC_ALL says of the terminal."""
    localedef = shutil.which("localedef")
    if not localedef or not Path("/usr/share/i18n/charmaps/ISO-8859-1.gz").exists():
        pytest.skip("localedef and its charmaps are missing: apt-get install locales")
    command = [localedef, "-i", "en_US", "-f", "ISO-8859-1", str(tmp_path / "en_US.ISO-8859-1")]
    subprocess.run(command, check=False, capture_output=True)
    latin = {"LOCPATH": str(tmp_path), "LC_ALL": "en_US.ISO-8859-1", "PYTHONUTF8": "0"}
    found = subprocess.run(
        [sys.executable, "-c", "import sys; print(sys.getfilesystemencoding())"],
        env={**os.environ, **latin},
        capture_output=True,
        text=True,
    )
    assert found.stdout.strip() == "iso8859-1"
    repo = monorepo(
        tmp_path / "repo",
        {"artifacts/app/é.yaml": "x", "artifacts/db/é.txt": "x", "artifacts/db/.gitattributes": "é* ident\n"},
    )
    expected = inv(repo, "build", "--json", "--dry-run")
    assert inv(repo, "build", "--json", "--dry-run", env=latin).out == expected.out


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


def test_what_a_hook_sets_is_not_handed_on(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other"))
    monkeypatch.setenv("GIT_SSH_COMMAND", "ssh -i key")
    with Clone(repo.path) as git:
        assert git.head() == repo.head
        assert git.root == repo.path
    assert os.environ["GIT_SSH_COMMAND"] == "ssh -i key"


def test_a_file_is_what_the_tree_says(repo: Repo, git: Clone) -> None:
    oid = repo.git("rev-parse", "HEAD:artifacts/app/base.yaml")
    assert git.files(repo.head, SOURCES, ["app"]) == {"app": [File("base.yaml", REGULAR, oid)]}
