"""What a check finds."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """An error keeps an artifact from being published or applied; a warning is for a person to judge."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One thing found, in one file. `line` counts from 1; 0 is the file as a whole."""

    level: Level
    path: str
    message: str
    line: int = 0
