"""How much a registry may send, and how long it may take."""

from dataclasses import dataclass

_RATE = 16 << 10
"""Bytes a second that a blob has to come or go with, once the time for any request is over."""


@dataclass(frozen=True)
class Limits:
    """In bytes and seconds. `seconds` is for a request as a whole, a blob has longer where it moves."""

    seconds: float = 60
    connect: float = 2  # hosts have two addresses, and five seconds are to be enough
    manifest: int = 4 << 20
    tags: int = 8 << 20
    all_tags: int = 64 << 20
    listing: float = 600  # all pages of tags
    pages: int = 1000
    token: int = 1 << 20
    error: int = 64 << 10
    blob: int = 128 << 20
    """Of a blob whose size nobody has declared."""

    def seconds_for(self, moved: int) -> float:
        """What a blob has, of which so many bytes came or are to go."""
        return self.seconds + moved / _RATE


LIMITS = Limits()


def usual_limits() -> Limits:
    """The default limits."""
    return LIMITS


def in_words(size: int) -> str:
    """A number of bytes as people read it."""
    for unit, name in ((1 << 20, "MiB"), (1 << 10, "KiB")):
        if size >= unit and size % unit == 0:
            return f"{size // unit} {name}"
    return f"{size} bytes"
