"""Tells which files of an artifact's folder are left out of its image."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from re import Match

from flux.regex import regex

FLUX_DEFAULTS = (
    ".git/",
    ".gitignore",
    ".gitmodules",
    ".gitattributes",
    "*.jpg",
    "*.jpeg",
    "*.gif",
    "*.png",
    "*.wmv",
    "*.flv",
    "*.tar.gz",
    "*.zip",
)
"""The patterns that `flux push artifact` excludes by default (its flag `--ignore-paths`)."""

_PLAIN = regex(r"(?P<any>\*?)(?P<name>[A-Za-z0-9._-]*[A-Za-z0-9][A-Za-z0-9._-]*)(?P<folder>/?)")
"""A pattern that is a name or the end of a name. Most patterns are."""

Excludes = Callable[[str], bool]
"""Whether a path relative to the artifact's folder is left out. A folder's path ends in `/`."""


@lru_cache(maxsize=8)
def excludes(patterns: Sequence[str]) -> Excludes:
    """Return a matcher of Flux's default patterns and these. Raises ValueError for a bad pattern."""
    return matcher((*FLUX_DEFAULTS, *patterns))


@lru_cache(maxsize=64)
def matcher(patterns: Sequence[str]) -> Excludes:
    """Return a matcher of only these gitignore patterns. Raises ValueError for a bad pattern.

    As in Flux, the last pattern that matches a path decides, for files or for folders. Git would not include
    a file again (`!docs/README.md`) if its folder is excluded (`docs`).
    """
    plain = [found for pattern in patterns if (found := _PLAIN.fullmatch(pattern))]
    if len(plain) == len(patterns):
        return _names(plain)
    from pathspec import PathSpec
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    # In GitIgnoreSpec a pattern for files wins over a later one for folders. Flux and git differ.
    spec = PathSpec.from_lines(GitIgnoreSpecPattern, patterns)

    @lru_cache(maxsize=65536)
    def matches(path: str) -> bool:
        # The matcher's regular expressions stop at newlines. File names may contain them, patterns may not.
        return spec.match_file(path.replace("\n", "\0"))

    return matches


def _names(patterns: Sequence["Match[str]"]) -> Excludes:
    """Return a matcher of only plain patterns, without the library: its import would take longer."""
    names = {found["name"] for found in patterns if not found["any"]}
    ends = tuple(found["name"] for found in patterns if found["any"])
    names_of_files = {found["name"] for found in patterns if not found["any"] and not found["folder"]}
    ends_of_files = tuple(found["name"] for found in patterns if found["any"] and not found["folder"])

    @lru_cache(maxsize=65536)
    def are_in(folder: str) -> bool:
        return any(part in names or part.endswith(ends) for part in folder.split("/"))

    def matches(path: str) -> bool:
        folder, _, file = path.rpartition("/")
        return file in names_of_files or file.endswith(ends_of_files) or are_in(folder)

    return matches
