"""The findings of a check."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """An error prevents publishing or applying an artifact. People decide about a warning."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One finding in one file. `line` counts from 1; 0 means the whole file."""

    level: Level
    path: str
    message: str
    line: int = 0
