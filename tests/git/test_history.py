"""The first-parent line, whatever shape history has."""

from pathlib import Path

import pytest

from flux.artifact.revision import Revision
from flux.errors import GitError, HistoryMissingError
from flux.git.clone import Clone
from flux.git.trees import MOST_WALKED
from tests.commands.invoking import actions_checkout, break_origin, inv, monorepo
from tests.git.conftest import SOURCES, commits, write_object
from tests.git.counted import CountedGit
from tests.repo import Repo


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


def test_a_walk_of_many_artifacts_is_one_of_their_folder(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what else is in the folder nothing is told."""
    names = [f"a{n}" for n in range(max(10, MOST_WALKED + 1))]
    first = repo.commit(files={f"artifacts/{name}/x": "1" for name in [*names, "other", "a"]})
    repo.commit(files={"artifacts/other/x": "2", "artifacts/a/x": "2", "README.md": "2"})
    own = repo.commit(files={"artifacts/a7/x": "2", "artifacts/other/x": "3"})
    settings = repo.commit(files={"invoke.yaml": "flux: {}"})
    repo.commit(files={"artifacts/file": "x"})
    counted = CountedGit.make(tmp_path / "counted")
    monkeypatch.setenv("PATH", counted.environment()["PATH"])
    with Clone(repo.path) as git:
        for some in (names, names[7 : 7 + MOST_WALKED]):
            counted.forget()
            walk = list(git.line(repo.head, SOURCES, some, also=["invoke.yaml"]))
            assert [each.revision.commit for each in walk][:3] == [settings, own, first]
            assert [change.path for change in walk[1].changes or []] == ["artifacts/a7/x"]
            (call,) = counted.of("diff-tree")
            paths = [SOURCES] if some is names else [SOURCES + name for name in some]
            assert call[call.index("--") + 1 :] == [*paths, "invoke.yaml"]


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
    assert git.log(commit, None, "artifacts/app")[0][:2] == (commit, "café")
    assert next(git.line(commit, SOURCES, ["app"])).revision.commit == commit


def test_a_commit_graph_that_is_old(repo: Repo, git: Clone) -> None:
    first = repo.head
    repo.git("commit-graph", "write", "--reachable", "--changed-paths")
    last = repo.commit(files={"artifacts/app/base.yaml": "2"})
    assert commits(git.line(last, SOURCES, ["app"])) == [last, first]


def test_a_commit_of_the_far_future(tmp_path: Path) -> None:
    """Git takes times that no calendar of the image's does."""
    repo = monorepo(tmp_path, {"artifacts/app/base.yaml": "app"})
    repo.commit(files={"artifacts/db/base.yaml": "db"}, date="@999999999999 +0000")
    ran = inv(repo, "build", "--json")
    assert ran.code in (0, 1)
    assert {result["artifact"]: result["action"] for result in ran.document["artifacts"]}["app"] == "pushed"


# Commits that only other tools make


def committed(repo: Repo, committer: str | bytes | None, subject: bytes = b"odd") -> str:
    """A commit on main with any committer line, None being no line."""
    repo.write("artifacts/app/base.yaml", f"{committer!r}{subject!r}")
    repo.git("add", "--all")
    who = committer.encode() if isinstance(committer, str) else committer
    line = b"" if who is None else b"committer " + who + b"\n"
    begin = f"tree {repo.git('write-tree')}\nparent {repo.head}\nauthor A <a@example.com> 1 +0000\n".encode()
    oid = write_object(repo, "commit", begin + line + b"\n" + subject + b"\n")
    repo.git("update-ref", "refs/heads/main", oid)
    return oid


@pytest.mark.parametrize(
    ("committer", "time"),
    [
        (None, 0),
        ("", 0),
        ("C <c@example.com>", 0),
        ("C <c@example.com> ", 0),
        ("C <c@example.com> today +0000", 0),
        ("C <c@example.com> -5 +0000", 0),
        ("C <c@example.com> 1700000000", 0),
        ("C <c@example.com> 1700000000 +9999", 1700000000),
        ("C <c@example.com> 1700000000 +051800", 1700000000),
        ("C <c@example.com> 1700000000 Z", 0),
        ("<> 1700000000 +0000", 1700000000),
        (b"\xe9 <c@example.com> 1700000000 +0000", 1700000000),
        ("C <c@example.com> 99999999999999999999999 +0000", 10**18),
        ("C <c@example.com> " + "9" * 5000 + " +0000", 10**18),
        ("no mail at all", 0),
    ],
)
def test_committers_of_any_kind(repo: Repo, git: Clone, committer: str | bytes | None, time: int) -> None:
    first = repo.head
    odd = committed(repo, committer)
    last = repo.commit(files={"artifacts/app/base.yaml": "last"})
    assert [c.revision for c in git.line(last, SOURCES, ["app"])][1] == Revision(odd, time)
    assert [r for r, _ in git.file_history(last, "artifacts/app/base.yaml")][1] == Revision(odd, time)
    found = git.messages(last, first)
    assert {message.commit: message.time for message in found}[odd] == time
    branch = git.branches_since([last], first)[last]
    assert (list(branch.messages), branch.merge_base) == (found, first)
    assert (odd, "odd", "") in [one[:3] for one in git.log(last, first, "artifacts/app")]
    assert git.first_parents(last)[1] == odd
    assert git.merge_base(odd, last) == odd
    assert git.file(odd, "artifacts/app/base.yaml") != git.file(first, "artifacts/app/base.yaml")


def test_subjects_that_are_not_utf_8(repo: Repo, git: Clone) -> None:
    """They are to be shown, and what is shown is UTF-8."""
    first = repo.head
    odd = committed(repo, "C <c@example.com> 1700000000 +0000", b"caf\xe9 \xff\xfe \x00 rest")
    for text in (git.log(odd, first, "artifacts")[0][1], git.messages(odd, first)[0].text):
        assert text.startswith("caf\N{REPLACEMENT CHARACTER} ")
        assert text.encode("utf-8")


def test_a_commit_whose_parent_is_a_lie(repo: Repo, git: Clone) -> None:
    tree = repo.git("rev-parse", "HEAD^{tree}")
    who = "A <a@example.com> 1 +0000"
    for parent in ("1" * 40, tree):
        content = f"tree {tree}\nparent {parent}\nauthor {who}\ncommitter {who}\n\nx\n".encode()
        odd = write_object(repo, "commit", content)
        with pytest.raises(GitError) as raised:
            git.first_parents(odd)
        assert "\n" not in raised.value.message


def test_a_merge_that_changes_something_itself_is_logged(repo: Repo) -> None:
    first = repo.head
    repo.checkout("side", create=True)
    side = repo.commit("side", files={"artifacts/app/side.yaml": "1"})
    repo.checkout("main")
    main = repo.commit("main\n\nBREAKING CHANGE: it\n", files={"artifacts/app/main.yaml": "1"})
    clean = repo.merge("side")
    with Clone(repo.path) as git:
        logged = git.log(clean, first, "artifacts/app")
        assert {commit for commit, *_ in logged} == {side, main}
        assert next(body for commit, _, body, *_ in logged if commit == main).strip() == "BREAKING CHANGE: it"
    repo.checkout("other", create=True)
    repo.git("reset", "--quiet", "--hard", first)
    repo.commit("other", files={"artifacts/db/x.yaml": "1"})
    repo.git("merge", "--quiet", "--no-commit", "--no-ff", "main")
    evil = repo.commit("by hand", files={"artifacts/app/slipped.yaml": "in"})
    with Clone(repo.path) as git:
        logged = git.log(evil, first, "artifacts/app")
        assert logged[0][:2] == (evil, "by hand")
        assert logged[0].own == ("artifacts/app/slipped.yaml",)
        assert {commit for commit, *_ in logged} == {evil, side, main}
        assert [c for c, *_ in git.log(evil, first, "artifacts/db")] != [evil]


def test_two_folders_are_logged_as_one(repo: Repo) -> None:
    first = repo.head
    one = repo.commit("one", files={"artifacts/app/x.yaml": "1"})
    two = repo.commit("two", files={"apps/app/x.yaml": "1"})
    with Clone(repo.path) as git:
        assert [c for c, *_ in git.log(two, first, "apps/app", "artifacts/app")] == [two, one]
        assert [c for c, *_ in git.log(two, first, "apps/app")] == [two]
