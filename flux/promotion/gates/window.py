"""Windows: the hours of some days of the week in which a version may go to an environment.

A window is the time between two moments. It opens when the clocks of its time zone first show its start, and
closes when they first show its end. If clocks skip a time in spring, it is the moment of their jump.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from flux.regex import regex

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
FORM = "'Mon-Thu 08:00-15:00 Europe/Oslo'"

_WINDOW = regex(
    r"(?:(?P<days>[A-Za-z,-]+) )?(?P<start>[0-9]{2}:[0-9]{2})-(?P<end>[0-9]{2}:[0-9]{2})(?: (?P<zone>\S+))?"
)
_LOOKED_AHEAD = 16  # days: a week, and another one if the clocks skip a window
_MINUTES = 24 * 60


@dataclass(frozen=True)
class Window:
    """`days` count from Monday as 0. `start` and `end` are in minutes since midnight. If the end is not after
    the start, the window ends on the next day."""

    days: frozenset[int]
    start: int
    end: int
    zone: str = "UTC"

    def __str__(self) -> str:
        days = "" if len(self.days) == len(_DAYS) else f"{_shown(self.days)} "
        return f"{days}{_clock(self.start)}-{_clock(self.end)} {self.zone}"

    def opens(self, now: float) -> float | None:
        """Return when it is next open: `now` if it is open. None if it does not open within two weeks."""
        zone = zone_of(self.zone)
        today = datetime.fromtimestamp(now, zone).date()
        for ahead in range(-2, _LOOKED_AHEAD):
            day = today + timedelta(days=ahead)
            if day.weekday() in self.days:
                start, end = self._span(day, zone)
                if start < end and now < end:
                    return max(start, now)
        return None

    def _span(self, day: date, zone: tzinfo) -> tuple[float, float]:
        after = 0 if self.end > self.start else _MINUTES
        midnight = datetime(day.year, day.month, day.day)
        return (
            _moment(midnight + timedelta(minutes=self.start), zone),
            _moment(midnight + timedelta(minutes=self.end + after), zone),
        )


def opens_next(windows: Iterable[Window], now: float) -> float | None:
    """Return when a window is next open: `now` if one is open. None if none opens within two weeks."""
    return min((at for window in windows if (at := window.opens(now)) is not None), default=None)


def read_window(text: str) -> Window:
    """Return the window in a text of days, hours and a time zone, such as FORM. Raises ValueError if it is
    invalid.

    Without days it is for every day. Without a zone it is in UTC.
    """
    match = _WINDOW.fullmatch(" ".join(text.split()))
    if match is None:
        raise ValueError(f"{text!r} is not a window: write it as {FORM}")
    days = _days(match["days"]) if match["days"] else frozenset(range(7))
    start, end = _minutes(match["start"]), _minutes(match["end"])
    if start in (_MINUTES, end):
        raise ValueError(f"{text!r} is a window that never opens: all day is 00:00-24:00")
    zone_of(match["zone"] or "UTC")
    return Window(days, start, end, match["zone"] or "UTC")


def zone_of(name: str) -> tzinfo:
    """Return the time zone of a name. Raises ValueError if there is none."""
    if name == "UTC":
        return UTC  # needs no time zone data
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        raise ValueError(f"{name!r} is not a time zone: an example is Europe/Oslo") from None


def _shown(days: Iterable[int]) -> str:
    """Return days as people write them: `Mon-Thu`, or `Mon,Wed`."""
    runs: list[list[int]] = []
    for day in sorted(days):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    names = [[_DAYS[day] for day in run] for run in runs]
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 2 else ",".join(run) for run in names)


def _days(text: str) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        first, separator, last = part.partition("-")
        start, end = _day(first), _day(last if separator else first)
        found |= {day % 7 for day in range(start, end + 1 if end >= start else end + 8)}
    return frozenset(found)


def _day(text: str) -> int:
    names = [day.casefold() for day in _DAYS]
    if text.casefold() not in names:
        raise ValueError(f"{text!r} is not a day: days are {', '.join(_DAYS)}")
    return names.index(text.casefold())


def _minutes(text: str) -> int:
    hours, minutes = (int(part) for part in text.split(":"))
    if hours > 24 or minutes > 59 or (hours == 24 and minutes):
        raise ValueError(f"{text} is not a time of the day")
    return hours * 60 + minutes


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _moment(clock: datetime, zone: tzinfo) -> float:
    """Return when the clocks of a zone first show a time, or jump over it."""
    moment = clock.replace(tzinfo=zone).timestamp()
    if datetime.fromtimestamp(moment, zone).replace(tzinfo=None) == clock:
        return moment
    before, after = int(clock.replace(tzinfo=zone, fold=1).timestamp()), int(moment)
    while after - before > 1:
        middle = (before + after) // 2
        shown = datetime.fromtimestamp(middle, zone).replace(tzinfo=None)
        before, after = (middle, after) if shown < clock else (before, middle)
    return float(after)
