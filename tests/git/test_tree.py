"""A tree is read as git stores it, however few of its entries are asked for."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.errors import GitError
from flux.git.tree import Tree, TreeEntry

MODES = {
    b"100644": 0o100644,
    b"100755": 0o100755,
    b"120000": 0o120000,
    b"40000": 0o40000,
    b"160000": 0o160000,
}
NAMES = st.binary(min_size=1, max_size=3).filter(lambda name: b"\0" not in name and b"/" not in name)
ENTRIES = st.dictionaries(
    NAMES, st.tuples(st.sampled_from(sorted(MODES)), st.binary(min_size=20, max_size=20)), max_size=6
)
Stored = dict[bytes, tuple[bytes, bytes]]


def stored(entries: Stored) -> bytes:
    return b"".join(mode + b" " + name + b"\0" + oid for name, (mode, oid) in entries.items())


def said(entries: Stored) -> dict[str, TreeEntry]:
    """The same entries, as they are to be read."""
    return {
        name.decode("utf-8", "surrogateescape"): TreeEntry(MODES[mode], oid.hex())
        for name, (mode, oid) in entries.items()
    }


@given(ENTRIES, NAMES)
def test_the_entries_are_those_of_the_tree_in_its_order(entries: Stored, other: bytes) -> None:
    tree, expected = Tree(stored(entries)), said(entries)
    name = other.decode("utf-8", "surrogateescape")
    assert (tree.get(name), name in tree) == (expected.get(name), name in expected)
    assert {name: tree[name] for name in expected} == expected
    assert len(tree) == len(expected)
    assert list(tree) == list(expected)
    assert list(tree.items()) == list(expected.items())
    assert dict(tree) == expected
    assert tree.leaves() == [name for name, entry in expected.items() if not entry.is_tree]


@given(ENTRIES, ENTRIES, st.data())
def test_what_differs_is_what_the_trees_do_not_share(one: Stored, other: Stored, data: st.DataObject) -> None:
    shared = data.draw(st.sets(st.sampled_from(sorted(one)))) if one else set()
    other = other | {name: one[name] for name in shared}
    names = said(one).keys() | said(other).keys()
    expected = {name for name in names if said(one).get(name) != said(other).get(name)}
    found = Tree(stored(one)).differing(Tree(stored(other)))
    assert set(found) == expected
    assert len(found) == len(expected)


@given(st.binary(max_size=120))
def test_a_tree_of_any_bytes_is_read_or_refused(content: bytes) -> None:
    with suppress(GitError):
        assert all(len(entry.oid) == 40 for entry in Tree(content).values())


@pytest.mark.parametrize(
    "rest", [b"x", b"100644 a\0" + bytes(19), b"100644 \0" + bytes(20), b"8 a\0" + bytes(20)]
)
def test_bytes_that_belong_to_no_entry_are_refused(rest: bytes) -> None:
    entry = b"100644 x\0" + bytes(20)
    assert list(Tree(entry)) == ["x"]
    with pytest.raises(GitError):
        Tree(entry + rest)


def test_there_may_be_no_entry() -> None:
    assert not Tree()
    assert Tree().differing(Tree(b"40000 a\0" + bytes(20))) == ["a"]
