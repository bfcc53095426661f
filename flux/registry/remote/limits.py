"""The limits on what a registry may send, and how long it may take."""

from dataclasses import dataclass

_RATE = 16 << 10
"""The least rate for a blob, in bytes per second, once the time for a usual request is over."""


@dataclass(frozen=True)
class Limits:
    """Limits in bytes and seconds. `seconds` is for a whole request. A blob may take longer if it moves."""

    seconds: float = 60
    connect: float = 2  # a host may have two addresses, and both together should take at most five seconds
    manifest: int = 4 << 20
    tags: int = 8 << 20
    all_tags: int = 64 << 20
    listing: float = 600  # all pages of tags
    pages: int = 1000
    token: int = 1 << 20
    error: int = 64 << 10
    blob: int = 128 << 20
    """The limit for a blob without a declared size."""

    def seconds_for(self, moved: int) -> float:
        """Return the seconds for a blob of which `moved` bytes were received or will be sent."""
        return self.seconds + moved / _RATE


LIMITS = Limits()


def usual_limits() -> Limits:
    """Return the default limits."""
    return LIMITS


def in_words(size: int) -> str:
    """Return a number of bytes with a unit."""
    for unit, name in ((1 << 20, "MiB"), (1 << 10, "KiB")):
        if size >= unit and size % unit == 0:
            return f"{size // unit} {name}"
    return f"{size} bytes"
