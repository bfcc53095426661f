"""What an artifact's folder is named, and the paths in it."""

import pytest

from flux.artifact.folder import Folder, SourceEntry


@pytest.mark.parametrize(
    ("name", "path", "named"),
    [
        ("{name}", "a/b/c", "c"),
        ("{name}", "c", "c"),
        ("{parent}-{name}", "a/b/c", "b-c"),
        ("flux-{name}-sync", "a/b", "flux-b-sync"),
        ("{path}", "a/b/c", "a-b-c"),
        ("platform", "", "platform"),
    ],
)
def test_names(name: str, path: str, named: str) -> None:
    assert SourceEntry("*", name).named(path) == named


def test_paths_in_a_folder_and_from_the_root() -> None:
    folder, root = Folder("b", "a/b", SourceEntry("a/*")), Folder("all", "", SourceEntry(".", "all"))
    for one, path, inside in ((folder, "a/b/c/d", "c/d"), (root, "a/b", "a/b")):
        assert one.inside(path) == inside
        assert one.join(inside) == path
    assert (folder.join(""), root.join("")) == ("a/b", "")


def test_an_excluded_folder_is_not_taken() -> None:
    entry = SourceEntry("apps/*", exclude=("apps/old", "*.md", "_*/"))
    assert not entry.takes("apps/old")
    assert not entry.takes("apps/_x")
    assert entry.takes("apps/new")
    assert SourceEntry(".", "all", ("*",)).takes("")
