"""Globs of folders mean what a shell would mean by them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.artifact.glob import FolderGlob, exact_glob, is_name


@pytest.mark.parametrize(
    ("path", "folder", "meant"),
    [
        (".", "", ""),
        (".", "a/b", ""),
        ("*", "", None),
        ("*", "apps", "apps"),
        ("*", "apps/eso/base", "apps"),
        ("*", ".github", None),
        (".*", ".github", ".github"),
        ("apps/*", "apps", None),
        ("apps/*", "apps/eso/base", "apps/eso"),
        ("apps/*", "my/apps/eso", None),
        ("apps/*/*", "apps/eso/base/x", "apps/eso/base"),
        ("apps/[a-c]?", "apps/b1/x", "apps/b1"),
        ("apps/[!a]x", "apps/ax", None),
        ("apps/[!a]x", "apps/bx", "apps/bx"),
        ("apps/[", "apps/[/x", "apps/["),
        ("apps/a.c", "apps/abc", None),
        ("**/flux", "flux", "flux"),
        ("**/flux", "a/b/flux/c/flux", "a/b/flux"),
        ("**/flux", ".a/flux", None),
        ("clusters/**/apps/*", "clusters/apps/x/y", "clusters/apps/x"),
        ("clusters/**/apps/*", "clusters/eu/1/apps/x", "clusters/eu/1/apps/x"),
        ("clusters/**/apps/*", "clusters/eu/1", None),
        ("a/*", "a/b\nc", "a/b\nc"),
    ],
)
def test_the_folder_that_is_meant(path: str, folder: str, meant: str | None) -> None:
    assert FolderGlob(path).within(folder.split("/") if folder else []) == meant


@pytest.mark.parametrize(
    ("path", "top", "fixed"), [("a/b", ("a", "b"), True), ("a/b*/c", ("a",), False), (".", (), True)]
)
def test_what_stands_before_the_first_wildcard(path: str, top: tuple[str, ...], fixed: bool) -> None:
    glob = FolderGlob(path)
    assert (glob.top, glob.is_fixed) == (top, fixed)


@given(st.text("ab*?[]!/", min_size=1).filter(lambda path: all(path.split("/"))))
def test_an_escaped_path_is_itself(path: str) -> None:
    glob = FolderGlob(exact_glob(path))
    assert glob.is_fixed
    assert "/".join(glob.top) == path
    assert glob.within(path.split("/")) == path


_NAMES = st.text("ab.*[]!^\\-&~| ", min_size=1, max_size=6)


@given(_NAMES)
def test_a_star_is_any_name_but_a_hidden_one(name: str) -> None:
    assert is_name("*", name) is not name.startswith(".")


@given(_NAMES.filter(lambda name: not set(name) & set("*?[")))
def test_a_name_is_itself(name: str) -> None:
    assert is_name(name, name)
    assert not is_name(name, name + "x")
