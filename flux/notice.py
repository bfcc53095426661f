"""What people should know although the command goes on, because of an error."""

from collections.abc import Iterable
from dataclasses import dataclass

from flux.errors import FluxError


@dataclass(frozen=True)
class Notice:
    """An error that does not stop the command. `what` could not be done because of it. `then` is what happens
    instead. Both may be empty."""

    error: FluxError
    what: str = ""
    then: str = ""

    def __str__(self) -> str:
        what = f"{self.what}: " if self.what else ""
        then = f"; {self.then}" if self.then else ""
        return f"{what}{self.error.message}{then}"


AnyNotice = str | Notice


def distinct(notices: Iterable[AnyNotice]) -> list[AnyNotice]:
    """Return the notices without those that say the same as another one."""
    return list({str(notice): notice for notice in notices}.values())
