"""What of an artifact's folder is left out of its image."""

from collections.abc import Callable, Sequence
from functools import lru_cache

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
"""What `flux push artifact` leaves out by default (its flag `--ignore-paths`)."""

Excludes = Callable[[str], bool]
"""Whether a path, relative to the artifact's folder, is left out; a folder's path ends in `/`."""


@lru_cache(maxsize=8)
def excludes(patterns: Sequence[str]) -> Excludes:
    """A matcher of gitignore patterns on top of what Flux leaves out. Raises ValueError for a bad pattern."""
    return matcher((*FLUX_DEFAULTS, *patterns))


@lru_cache(maxsize=64)
def matcher(patterns: Sequence[str]) -> Excludes:
    """A matcher of gitignore patterns alone. Raises ValueError for a bad pattern.

    The last pattern that matches a path decides, be it one for files or one for folders, as for Flux. Git
    would take no file back (`!docs/README.md`) from a folder that is left out (`docs`).
    """
    from pathspec import PathSpec
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    # GitIgnoreSpec has a pattern for files win over a later one for folders, as neither Flux nor git does.
    spec = PathSpec.from_lines(GitIgnoreSpecPattern, patterns)

    @lru_cache(maxsize=65536)
    def matches(path: str) -> bool:
        # The matcher's regular expressions stop at newlines, which file names may hold and patterns may not.
        return spec.match_file(path.replace("\n", "\0"))

    return matches
