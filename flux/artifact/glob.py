"""Globs of folders: finds the folder of a repository that matches a pattern."""

import re
from collections.abc import Sequence
from functools import cached_property, lru_cache
from itertools import takewhile

from flux.regex import regex

_MAGIC = regex(r"[*?\[]")
_ESCAPED = regex(r"\[([*?\[])\]")
ANY_DEPTH = "**"
_FOLDERS = r"(?:(?!\.)[^/]+/)*"
_PLAIN = {"*": "[^/]*", "?": "[^/]"}


class FolderGlob:
    """A glob of folders, relative to the root of the repository; `.` is the root itself.

    `*`, `?` and `[a-z]` match parts of one name, `**` matches any number of folders. As in a shell, they do
    not match a dot at the beginning of a name.
    """

    def __init__(self, path: str) -> None:
        self.parts = () if path == "." else tuple(path.split("/"))
        self._whole = re.compile("/".join(map(_translated, self.parts)).replace("**/", _FOLDERS), re.DOTALL)

    @cached_property
    def top(self) -> tuple[str, ...]:
        """Return the names of the first parts, up to the first wildcard, outermost first."""
        return tuple(
            name for name in takewhile(lambda name: name is not None, map(literal, self.parts)) if name
        )

    @property
    def is_fixed(self) -> bool:
        """Whether it can match only one folder."""
        return len(self.top) == len(self.parts)

    def within(self, folders: Sequence[str]) -> str | None:
        """Return the outermost match among a folder and its parents. `folders` are the parts of its path."""
        least = len(self.parts)
        depths = range(least, least + 1)
        if ANY_DEPTH in self.parts:
            depths = range(least - self.parts.count(ANY_DEPTH), len(folders) + 1)
        for depth in depths:
            folder = "/".join(folders[:depth])
            if depth <= len(folders) and self._whole.fullmatch(folder):
                return folder
        return None


def exact_glob(path: str) -> str:
    """Return a glob that matches only this path."""
    return _MAGIC.sub(r"[\g<0>]", path)


def literal(part: str) -> str | None:
    """Return the only name that a part of a glob matches, None if it may match several."""
    return None if _MAGIC.search(_ESCAPED.sub("", part)) else _ESCAPED.sub(r"\1", part)


def is_name(part: str, name: str) -> bool:
    """Whether a name matches one part of a glob."""
    return bool(_compiled(part).fullmatch(name))


@lru_cache(maxsize=256)
def _compiled(part: str) -> re.Pattern[str]:
    return re.compile(_translated(part), re.DOTALL)


def _translated(part: str) -> str:
    """Return a part as a regular expression for one name; `**` stays unchanged."""
    if part == ANY_DEPTH:
        return part
    found = "" if literal(part) or not _MAGIC.match(part) else r"(?!\.)"
    at = 0
    while at < len(part):
        end = part.find("]", at + 2) if part[at] == "[" else -1
        if end > 0:
            found += _class(part[at + 1 : end])
            at = end
        else:
            found += _PLAIN.get(part[at], re.escape(part[at]))
        at += 1
    return found


def _class(inside: str) -> str:
    """Return a class of characters as a regular expression; a leading `!` negates it."""
    others = inside.startswith("!")
    listed = re.sub(r"([\\\[\]^&~|])", r"\\\1", inside.removeprefix("!"))
    return f"(?!/)[{'^' if others else ''}{listed}]"
