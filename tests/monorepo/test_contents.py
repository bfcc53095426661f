"""What is published of artifacts at two commits, by the layout of each."""

from pathlib import Path

from flux.artifact.folder import SourceEntry
from flux.artifact.layout import Layout
from flux.git.clone import Clone
from flux.monorepo.contents import compare_contents, files_of
from tests.repo import Repo


def test_the_same_content_elsewhere_is_no_difference(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    old = repo.commit(files={"artifacts/a/x": "x", "artifacts/b/x": "x", "artifacts/c/x": "x"})
    repo.move("artifacts", "apps")
    new = repo.commit(files={"apps/b/x": "other", "apps/d/sub/x": "x"})
    before, after = Layout(), Layout((SourceEntry("apps/*", exclude=("apps/c",)),))
    with Clone(repo.path) as git:
        assert compare_contents(git, (old, before), (new, after)) == {
            "b": ["apps/b/x"],
            "c": ["artifacts/c/x"],
            "d": ["apps/d/sub/x"],
        }
        assert compare_contents(git, (old, before), (new, after), ["a"]) == {}
        assert compare_contents(git, None, (new, after), ["a"]) == {"a": ["apps/a/x"]}


def test_files_of_folders_at_any_depth(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    commit = repo.commit(files={"a/x": "", "b/c/d/x": "", "b/c/y": "", "e": ""})
    layouts = (Layout((SourceEntry(".", "all"),)), Layout((SourceEntry("a"), SourceEntry("b/c"))))
    with Clone(repo.path) as git:
        folders = [one for each in layouts for one in each.find(git.below(commit)).folders.values()]
        found = {folder.artifact: [f.path for f in files] for folder, files in files_of(git, commit, folders)}
        alone = {}
        for one in folders:
            ((folder, files),) = files_of(git, commit, [one])
            alone[folder.artifact] = [file.path for file in files]
    assert (
        found
        == alone
        == {
            "all": ["a/x", "b/c/d/x", "b/c/y", "e"],
            "a": ["x"],
            "c": ["d/x", "y"],
        }
    )
