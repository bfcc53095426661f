"""The difference of two trees. It reads only the subtrees that differ."""

from collections.abc import Callable, Iterator

from flux.artifact.tree import Change, path_bytes
from flux.git.tree import Tree, TreeEntry

ReadTree = Callable[[str], Tree]
"""The entries of a tree by its name."""

_MOST_TREES = 64
"""For more trees, one `git diff` is faster."""


class _TooManyError(Exception):
    pass


def compare_trees(
    read: ReadTree, old: TreeEntry | None, new: TreeEntry | None, path: str
) -> list[Change] | None:
    """Return the changes from one entry to another in git's order, None if there are too many trees to read.

    `path` is the path of both, empty for the root.
    """
    if old == new:
        return []
    comparison = _TreeComparison(read)
    try:
        changes = comparison.of_path(old, new, path) if path else comparison.of_trees(old, new, "")
        return sorted(changes, key=lambda change: path_bytes(change.path))
    except _TooManyError:
        return None


class _TreeComparison:
    """Walks both sides at once, and reads only trees that differ."""

    def __init__(self, read: ReadTree) -> None:
        self._read = read
        self._left = _MOST_TREES

    def of_path(self, one: TreeEntry | None, other: TreeEntry | None, path: str) -> Iterator[Change]:
        """Yield the changes at a path whose entries differ."""
        if _is_tree(one) or _is_tree(other):
            yield from self.of_trees(one, other, path + "/")
        was, is_now = one is not None and not one.is_tree, other is not None and not other.is_tree
        if was or is_now:
            yield Change(path, added=not was, deleted=not is_now)

    def of_trees(self, old: TreeEntry | None, new: TreeEntry | None, prefix: str) -> Iterator[Change]:
        """Yield the changes below two trees. An entry that is not a tree counts as empty."""
        before, after = self._entries(old), self._entries(new)
        for name in before.differing(after):
            one, other = before.get(name), after.get(name)
            if one != other:  # modes that git normalises may be written in two ways
                yield from self.of_path(one, other, prefix + name)

    def _entries(self, entry: TreeEntry | None) -> Tree:
        if entry is None or not entry.is_tree:
            return Tree()
        if self._left == 0:
            raise _TooManyError
        self._left -= 1
        return self._read(entry.oid)


def _is_tree(entry: TreeEntry | None) -> bool:
    return entry is not None and entry.is_tree
