"""Names in one line of text."""

from collections.abc import Sequence

FEW = 5


def listed(names: Sequence[str], most: int = FEW) -> str:
    """The first names, and how many more there are: `a, b and 3 more`."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
