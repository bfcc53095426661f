"""One tree as git stores it. Of a tree with many entries, only those that are asked for are made."""

import re
from collections.abc import ItemsView, Iterator, Mapping
from functools import cached_property, lru_cache
from itertools import chain
from typing import NamedTuple

from flux.artifact.tree import EXECUTABLE, REGULAR, SUBMODULE, SYMLINK
from flux.errors import GitError
from flux.regex import regex

_TREE = 0o40000
_ENTRY = regex(rb"([0-7]{1,11}) ([^\0]+)\0(.{20})", re.DOTALL)


class TreeEntry(NamedTuple):
    """An entry of a tree."""

    mode: int
    oid: str

    @property
    def is_tree(self) -> bool:
        return self.mode == _TREE

    @property
    def is_file(self) -> bool:
        return self.mode >> 12 == 0o10

    @property
    def is_blob(self) -> bool:
        """Whether the entry is a file or a symbolic link."""
        return self.mode >> 12 in (0o10, 0o12)


class Tree(Mapping[str, TreeEntry]):
    """The entries by name, in git's order. Raises GitError if the content is not a valid tree."""

    def __init__(self, content: bytes = b"") -> None:
        found = _ENTRY.findall(content)
        # The sizes differ if there are other bytes between two entries or after the last.
        if len(b"".join(chain.from_iterable(found))) + 2 * len(found) != len(content):
            raise GitError("a tree of this clone cannot be read", "`git fsck` says what is damaged")
        self._stored = {name: (mode, oid) for mode, name, oid in found}

    def __getitem__(self, name: str) -> TreeEntry:
        return _entry(*self._stored[name.encode("utf-8", "surrogateescape")])

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.encode("utf-8", "surrogateescape") in self._stored

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._stored)

    def items(self) -> ItemsView[str, TreeEntry]:
        return self._all.items()

    def differing(self, other: "Tree") -> list[str]:
        """Return the names of the entries that the trees do not have in common."""
        mine, others = self._stored, other._stored
        names = [name for name, entry in mine.items() if others.get(name) != entry]
        return [_text(name) for name in (*names, *(others.keys() - mine.keys()))]

    def leaves(self) -> list[str]:
        """Return the names of the entries that are not trees."""
        modes = {mode for mode, _ in self._stored.values()}
        trees = {mode for mode in modes if _mode(mode) == _TREE}
        return [_text(name) for name, (mode, _) in self._stored.items() if mode not in trees]

    @cached_property
    def _all(self) -> dict[str, TreeEntry]:
        return {_text(name): _entry(*stored) for name, stored in self._stored.items()}


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def _entry(mode: bytes, oid: bytes) -> TreeEntry:
    return TreeEntry(_mode(mode), oid.hex())


@lru_cache(maxsize=64)
def _mode(written: bytes) -> int:
    """Return the mode as git normalises it. Old tools wrote other modes."""
    mode = int(written, 8)
    match mode >> 12:
        case 0o04:
            return _TREE
        case 0o10:
            return EXECUTABLE if mode & 0o100 else REGULAR
        case 0o12:
            return SYMLINK
        case _:
            return SUBMODULE
