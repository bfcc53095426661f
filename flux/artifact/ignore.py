"""What of an artifact's folder is left out of its image."""

from collections.abc import Callable, Sequence
from functools import lru_cache

from pathspec import GitIgnoreSpec

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
    spec = GitIgnoreSpec.from_lines([*FLUX_DEFAULTS, *patterns])

    @lru_cache(maxsize=65536)
    def matches(path: str) -> bool:
        # The matcher's regular expressions stop at newlines, which file names may hold and patterns may not.
        return spec.match_file(path.replace("\n", "\0"))

    return matches
