"""What is published of an artifact's files, and in which order."""

from flux.artifact.ignore import excludes
from flux.artifact.published import in_order, published
from flux.artifact.tree import REGULAR, File

FILES = [File(path, REGULAR, "0" * 40) for path in ("foo.yaml", "foo/x", "img/logo.png", "logo.png/x")]


def test_a_folder_counts_even_if_nothing_in_it_is_published() -> None:
    folders, files = published(FILES, excludes(()))
    assert folders == {"foo", "img"}
    assert [file.path for file in files] == ["foo.yaml", "foo/x"]


def test_the_order_is_that_of_a_walk() -> None:
    assert [path for path, _ in in_order(FILES, excludes(()))] == ["foo", "foo/x", "foo.yaml", "img"]
