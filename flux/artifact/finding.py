"""The findings of a check."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from flux.errors import FluxError


class Level(StrEnum):
    """An error prevents publishing or applying an artifact. People decide about a warning."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One finding in one file. `line` counts from 1; 0 means the whole file. `hint` says what to do, if it is
    known."""

    level: Level
    path: str
    message: str
    line: int = 0
    hint: str = ""

    @classmethod
    def of(cls, path: str, error: FluxError) -> Self:
        """Return the finding for an error about a path. The text of the error may begin with the path."""
        return cls(Level.ERROR, path, error.message.removeprefix(f"{path} "), hint=error.hint)
