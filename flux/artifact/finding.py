"""What a check finds."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """An error prevents that an artifact is published or applied. People judge a warning."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One thing found, in one file. `line` counts from 1; 0 is the file as a whole."""

    level: Level
    path: str
    message: str
    line: int = 0
