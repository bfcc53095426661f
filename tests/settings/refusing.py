"""Whether a reader of values refuses one."""

from collections.abc import Callable


def refuses(read: Callable[[object], object], value: object) -> bool:
    """Whether it raises ValueError, as readers do for what is not allowed."""
    try:
        read(value)
    except ValueError:
        return True
    return False
