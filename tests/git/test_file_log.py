"""The changes of one file along the first-parent line, with what merges brought."""

from pathlib import Path

from flux.git.clone import Clone
from flux.git.file_log import FileChange
from tests.repo import Repo

PATH = "flux/state.json"


def log(repo: Repo, path: str = PATH) -> list[FileChange]:
    with Clone(repo.path) as git:
        return git.file_log(repo.head, path)


def subjects(changes: list[FileChange]) -> list[list[str]]:
    return [[message.partition("\n")[0] for message in change.messages] for change in changes]


def test_each_change_with_what_it_merged(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    first = repo.commit("first", files={PATH: "1"})
    repo.commit("other", files={"other": "1"})
    repo.checkout("topic", create=True)
    second = repo.commit("second", files={PATH: "2"})
    repo.commit("third\n\nRequested-by: ann; name prod; 5", files={PATH: "3"})
    repo.commit("not about the file", files={"more": "1"})
    repo.checkout("main")
    repo.commit("meanwhile", files={"other": "2"})
    merge = repo.merge("topic")
    repo.checkout("unrelated", create=True)
    repo.commit("elsewhere", files={"x": "1"})
    repo.checkout("main")
    repo.merge("unrelated")
    repo.commit("gone")
    repo.remove(PATH)
    last = repo.commit("removed")
    found = log(repo)
    assert [change.commit for change in found] == [last, merge, first]
    assert subjects(found) == [["removed"], ["Merge branch 'topic'", "third", "second"], ["first"]]
    assert found[0].blob is None
    assert second in found[1].merged
    with Clone(repo.path) as git:
        assert [git.read(change.blob) for change in found[1:] if change.blob] == [b"3", b"1"]


def test_a_change_counts_for_the_merge_that_brought_it(tmp_path: Path) -> None:
    """And not for a later one whose branch began before."""
    repo = Repo(tmp_path / "repo")
    repo.commit("first", files={PATH: "1"})
    repo.checkout("topic", create=True)
    repo.commit("second", files={PATH: "2"})
    repo.checkout("main")
    repo.merge("topic")
    repo.checkout("topic")
    repo.commit("third", files={PATH: "3"})
    repo.checkout("main")
    repo.merge("topic")
    assert subjects(log(repo)) == [
        ["Merge branch 'topic'", "third"],
        ["Merge branch 'topic'", "second"],
        ["first"],
    ]


def test_a_squash_and_an_edit_that_a_merge_undid(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit("first", files={PATH: "1"})
    repo.checkout("topic", create=True)
    repo.commit("second", files={PATH: "2"})
    repo.checkout("main")
    repo.git("merge", "--quiet", "--strategy=ours", "--no-edit", "topic")
    repo.commit("squashed (#3)", files={PATH: "3"})
    assert subjects(log(repo)) == [["squashed (#3)"], ["first"]]


def test_names_are_not_patterns(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit("both", files={"[ab]*": "1", "a": "1"})
    repo.commit("only a", files={"a": "2"})
    assert subjects(log(repo, "[ab]*")) == [["both"]]
    assert log(repo, "none") == []


def test_a_shallow_clone_is_completed(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit("first", files={PATH: "1"})
    repo.commit("second", files={PATH: "2"})
    clone = repo.clone(tmp_path / "clone", "--depth=1")
    assert subjects(log(clone)) == [["second"], ["first"]]


def test_a_file_that_was_moved_and_edited_at_once(tmp_path: Path) -> None:
    """In a clone that lacks old contents, its history begins there."""
    repo = Repo(tmp_path / "repo")
    lines = [f"{number}\n" for number in range(10)]
    first = repo.commit("first", files={"a.json": "".join(lines), "other": "x\n" * 10})
    repo.remove("a.json")
    repo.remove("other")
    moved = repo.commit("move", files={PATH: "".join(lines[1:])})
    assert [change.commit for change in log(repo)] == [moved, first]
    repo.git("config", "uploadpack.allowFilter", "true")
    partial = repo.clone(tmp_path / "partial", "--filter=blob:none")
    assert [change.commit for change in log(partial)] == [moved]


def test_a_file_that_was_moved_goes_on_as_before(tmp_path: Path) -> None:
    """Twice, once by a merge; a file that is there still is another one."""
    repo = Repo(tmp_path / "repo")
    first = repo.commit("first", files={"a.json": "1", "b.json": "2"})
    second = repo.commit("second", files={"a.json": "3"})
    repo.git("mv", "a.json", "c.json")
    moved = repo.commit("move")
    repo.checkout("topic", create=True)
    (repo.path / "flux").mkdir()
    repo.git("mv", "c.json", PATH)
    again = repo.commit("move again")
    repo.checkout("main")
    repo.commit("meanwhile", files={"b.json": "4"})
    repo.merge("topic")
    last = repo.commit("last", files={PATH: "5"})
    assert [change.commit for change in log(repo)] == [last, again, moved, second, first]
    repo.commit("copy", files={"d.json": "5"})
    assert len(log(repo, "d.json")) == 1
    assert [change.commit for change in log(repo, "a.json")] == [moved, second, first]
