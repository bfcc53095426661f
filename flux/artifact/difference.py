"""The differences between the files of two images, in the format of `git diff`."""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import unified_diff
from enum import StrEnum
from io import StringIO
from typing import NamedTuple

from flux.artifact.tree import path_bytes

_ESCAPES = {"\a": "a", "\b": "b", "\t": "t", "\n": "n", "\v": "v", "\f": "f", "\r": "r", '"': '"', "\\": "\\"}


class ChangeKind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class FileDifference(NamedTuple):
    """One file that differs. `hunks` has the lines of a unified diff from the first `@@`, without line ends.
    It is None for a file that is not text."""

    path: str
    kind: ChangeKind
    hunks: tuple[str, ...] | None

    @property
    def is_binary(self) -> bool:
        return self.hunks is None

    @property
    def lines(self) -> list[str]:
        """Return all lines, as `git diff` prints them. Modes are unknown here: every file has 100644."""
        old, new = _quoted("a/" + self.path), _quoted("b/" + self.path)
        lines = [f"diff --git {old} {new}"]
        if self.kind == ChangeKind.ADDED:
            lines, old = [*lines, "new file mode 100644"], "/dev/null"
        elif self.kind == ChangeKind.REMOVED:
            lines, new = [*lines, "deleted file mode 100644"], "/dev/null"
        if self.hunks is None:
            return [*lines, f"Binary files {old} and {new} differ"]
        # A tab ends a name with a space, for other programs that read patches.
        names = [name + ("\t" if " " in name else "") for name in (old, new)]
        return [*lines, *([f"--- {names[0]}", f"+++ {names[1]}", *self.hunks] if self.hunks else [])]


def difference(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> list[FileDifference]:
    """Return the files that differ, in git's order. Paths are relative, as in `flux.artifact.tree.File`."""
    differing = [path for path in {**old, **new} if old.get(path) != new.get(path)]
    return [
        FileDifference(path, _kind(path, old, new), _hunks(old.get(path, b""), new.get(path, b"")))
        for path in sorted(differing, key=path_bytes)
    ]


def render_patch(differences: Iterable[FileDifference]) -> str:
    """Return a patch like that of `git diff`, for `git apply`."""
    return "".join(f"{line}\n" for found in differences for line in found.lines)


def fenced(differences: Iterable[FileDifference], most: int) -> tuple[str, bool]:
    """Return the patch in a Markdown code block of at most `most` characters, and whether it is complete.
    It is cut after a line. No line can end the block: https://github.github.com/gfm/#fenced-code-blocks
    """
    kept: list[str] = []
    fence, size = 3, len("diff\n\n")
    whole = True
    for line in (line for found in differences for line in found.lines):
        fence_then = max([fence, *(len(run) + 1 for run in re.findall("`+", line))])
        if size + len(line) + 1 + 2 * fence_then > most:
            whole = False
            break
        fence, size = fence_then, size + len(line) + 1
        kept.append(line)
    ticks = "`" * fence
    return "\n".join([f"{ticks}diff", *kept, f"{ticks}\n"]), whole


def _kind(path: str, old: Mapping[str, bytes], new: Mapping[str, bytes]) -> ChangeKind:
    if path not in old:
        return ChangeKind.ADDED
    return ChangeKind.CHANGED if path in new else ChangeKind.REMOVED


def _hunks(old: bytes, new: bytes) -> tuple[str, ...] | None:
    if b"\0" in old + new:
        return None
    try:
        lines = [StringIO(content.decode()).readlines() for content in (old, new)]
    except UnicodeDecodeError:
        return None
    return tuple(_unified(*lines))


def _unified(old: list[str], new: list[str]) -> Iterator[str]:
    for at, line in enumerate(unified_diff(old, new)):
        if at < 2:
            continue  # the header of difflib
        yield line.removesuffix("\n")
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"


def _quoted(path: str) -> str:
    """Return a path, quoted like git if it has special characters (git-config(1), core.quotePath)."""
    if path.isprintable() and not set('"\\') & set(path):
        return path
    return f'"{"".join(map(_escaped, path))}"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return "\\" + _ESCAPES[character]
    if character.isprintable():
        return character
    return "".join(f"\\{byte:03o}" for byte in path_bytes(character))
