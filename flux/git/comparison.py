"""What differs between two trees, read from the few that are not the same."""

from collections.abc import Callable, Iterator, Mapping

from flux.artifact.tree import Change, path_bytes
from flux.git.objects import Entry

Read = Callable[[str], Mapping[str, Entry]]
"""The entries of a tree by its name."""

_MOST_TREES = 64
"""Of more, one `git diff` is faster."""


class _TooManyError(Exception):
    pass


def compare(read: Read, old: Entry | None, new: Entry | None, path: str) -> list[Change] | None:
    """The changes from one entry to another in git's order, None where there are too many trees to read.

    `path` is where both are, empty for the root.
    """
    left = _MOST_TREES

    def folder(entry: Entry | None) -> Mapping[str, Entry]:
        nonlocal left
        if entry is None or not entry.is_tree:
            return {}
        if left == 0:
            raise _TooManyError
        left -= 1
        return read(entry.oid)

    def differing(old: Entry | None, new: Entry | None, prefix: str) -> Iterator[Change]:
        before, after = folder(old), folder(new)
        for name in before.keys() | after.keys():
            one, other = before.get(name), after.get(name)
            if one != other:
                yield from of_path(one, other, prefix + name)

    def of_path(one: Entry | None, other: Entry | None, path: str) -> Iterator[Change]:
        if (one and one.is_tree) or (other and other.is_tree):
            yield from differing(one, other, path + "/")
        was, is_now = bool(one and not one.is_tree), bool(other and not other.is_tree)
        if was or is_now:
            yield Change(path, added=not was, deleted=not is_now)

    if old == new:
        return []
    try:
        changes = of_path(old, new, path) if path else differing(old, new, "")
        return sorted(changes, key=lambda change: path_bytes(change.path))
    except _TooManyError:
        return None
