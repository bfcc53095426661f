"""The result of one check. An error in a check becomes a line too."""

import logging
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from flux.errors import FluxError
from flux.packages import missing_package

T = TypeVar("T")


class Rating(StrEnum):
    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Line:
    """The result of one check: what was found, or the error. `advice` says what to type or to do if it is not
    OK. An error has a hint instead."""

    subject: str
    health: Rating
    found: str | FluxError
    advice: str = ""

    @property
    def message(self) -> str:
        return self.found.message if isinstance(self.found, FluxError) else self.found

    @property
    def fix(self) -> str:
        return self.found.hint if isinstance(self.found, FluxError) else self.advice


@dataclass(frozen=True)
class Diagnosis:
    lines: Sequence[Line]

    @property
    def failed(self) -> bool:
        return any(line.health is Rating.PROBLEM for line in self.lines)


def looked_at(subject: str, look: Callable[[], Iterable[Line]]) -> Iterator[Line]:
    try:
        yield from look()
    except Exception as error:
        yield problem(subject, error)


def obtained(subject: str, obtain: Callable[[], T]) -> Generator[Line, None, T | None]:
    try:
        return obtain()
    except Exception as error:
        yield problem(subject, error)
        return None


def problem(subject: str, error: Exception) -> Line:
    if isinstance(error, ModuleNotFoundError):
        error = missing_package(error)
    if isinstance(error, FluxError):
        return Line(subject, Rating.PROBLEM, error)
    logging.getLogger(__name__).debug("%s could not be checked", subject, exc_info=error)
    said = f"could not be checked: {type(error).__name__}: {error}"
    unforeseen = FluxError(said, "report this, with what `inv --debug doctor` prints")
    return Line(subject, Rating.PROBLEM, unforeseen)
