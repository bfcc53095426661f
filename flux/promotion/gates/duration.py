"""Durations as people write them: `30m`, `2h`, `1d12h`."""

from flux.regex import regex

_UNITS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_DURATION = regex("".join(rf"(?:(?P<{unit}>[0-9]{{1,7}}){unit})?" for unit in _UNITS))
_LONGEST = 366 * _UNITS["d"]


def read_duration(text: str) -> int:
    """Return the seconds of a duration, largest unit first. Raises ValueError if it is invalid."""
    match = _DURATION.fullmatch(text.strip())
    if not text.strip() or match is None:
        raise ValueError("write it as 30m, 2h or 1d12h")
    seconds = sum(int(count) * _UNITS[unit] for unit, count in match.groupdict().items() if count)
    if seconds > _LONGEST:
        raise ValueError("a year is the most")
    return seconds


def write_duration(seconds: float) -> str:
    """Return the duration in its two largest units, rounded up to a whole second."""
    left, parts = -int(-seconds // 1), []
    for unit, size in _UNITS.items():
        count, left = divmod(left, size)
        parts += [f"{count}{unit}"] if count else []
    return "".join(parts[:2]) or "0s"
