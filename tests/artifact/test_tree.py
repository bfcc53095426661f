"""Paths as git's trees have them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.artifact.tree import parents, path_bytes

PARTS = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=5)


@pytest.mark.parametrize(
    ("path", "folders"), [("a", []), ("a/b", ["a"]), ("a/b/c", ["a", "a/b"]), (" /.x", [" "])]
)
def test_the_folders_that_hold_a_path(path: str, folders: list[str]) -> None:
    assert parents(path) == folders


@given(st.lists(PARTS, min_size=1, max_size=5))
def test_each_folder_is_that_of_the_next(parts: list[str]) -> None:
    path = "/".join(parts)
    found = [*parents(path), path]
    assert len(found) == len(parts)
    assert [folder.rpartition("/")[0] for folder in found] == ["", *found[:-1]]


@given(st.binary(max_size=20))
def test_bytes_that_are_no_text_are_kept(name: bytes) -> None:
    assert path_bytes(name.decode("utf-8", "surrogateescape")) == name
