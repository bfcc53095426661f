"""The charts and images with different versions in two contents of an artifact."""

import re
from collections.abc import Mapping

from flux.regex import regex
from flux.release.markdown import code, plain

Named = Mapping[str, set[str]]
"""The versions of each chart and image that manifests name."""

_MAJOR = regex(r"[v~^=]*(?P<major>[0-9]{1,4})(?:[.+-].*)?", re.DOTALL)
_MOST_LINES = 50
_LONGEST_NAME = 200
_MOST_VERSIONS = 5


def upgrades(before: Named, after: Named) -> list[str]:
    """Return lines of a Markdown list: each chart and image whose versions differ."""
    return [_line(name, before.get(name), after.get(name)) for name in _changed(before, after)]


def marked_upgrades(before: Named, after: Named) -> list[str]:
    """Like `upgrades`, with a limit. Entries with another major version have a mark, and come first."""
    changed = _changed(before, after)
    major = [name for name in changed if is_major(before.get(name), after.get(name))]
    ordered = [*major, *(name for name in changed if name not in major)]
    lines = [
        _line(name[:_LONGEST_NAME], _few(before.get(name)), _few(after.get(name)))
        + " ⚠️ **major**" * (name in major)
        for name in ordered[:_MOST_LINES]
    ]
    more = len(ordered) - len(lines)
    return lines + ([f"- … and {more} more"] if more else [])


def is_major(before: set[str] | None, after: set[str] | None) -> bool:
    """Whether the highest major number differs. Versions without a major number do not count."""
    old, new = _highest(before), _highest(after)
    return old is not None and new is not None and old != new


def _highest(versions: set[str] | None) -> int | None:
    matches = (_MAJOR.fullmatch(version) for version in versions or ())
    return max((int(match["major"]) for match in matches if match), default=None)


def _changed(before: Named, after: Named) -> list[str]:
    return [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]


def _few(versions: set[str] | None) -> set[str] | None:
    few = sorted(versions or ())[:_MOST_VERSIONS]
    return {version[:_LONGEST_NAME] for version in few} or None


def _line(name: str, old: set[str] | None, new: set[str] | None) -> str:
    return f"- {plain(name)}: {_listed(old)} → {_listed(new)}"


def _listed(versions: set[str] | None) -> str:
    return ", ".join(code(version) for version in sorted(versions)) if versions else "none"
