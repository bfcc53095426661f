"""Names and counts in a line of text."""

from collections.abc import Sequence

FEW = 5


def listed(names: Sequence[str], most: int = FEW) -> str:
    """Return the first names and the number of the others: `a, b and 3 more`."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def counted(count: int, what: str) -> str:
    """Return a number with a word in the singular or plural: `1 artifact`, `2 artifacts`."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
