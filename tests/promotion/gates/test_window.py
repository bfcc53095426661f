"""Windows: their forms, their borders, time zones and both jumps of the clocks."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.promotion.gates.window import Window, opens_next, read_window, zone_of


def at(text: str, zone: str = "UTC") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=zone_of(zone)).timestamp()


OFFICE = read_window("Mon-Thu 08:00-15:00 Europe/Oslo")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Mon-Thu 08:00-15:00 Europe/Oslo", "Mon-Thu 08:00-15:00 Europe/Oslo"),
        ("mon,Sat-Sun  22:00-06:00", "Mon,Sat,Sun 22:00-06:00 UTC"),
        ("Fri-Mon 00:00-24:00 UTC", "Mon,Fri-Sun 00:00-24:00 UTC"),
        ("08:00-15:00", "08:00-15:00 UTC"),
        ("Tue 08:00-15:00 America/Argentina/Ushuaia", "Tue 08:00-15:00 America/Argentina/Ushuaia"),
    ],
)
def test_forms(text: str, shown: str) -> None:
    assert str(read_window(text)) == shown
    assert read_window(shown) == read_window(text)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "is not a window"),
        ("Mon-Thu", "is not a window"),
        ("Mon-Thu 8:00-15:00", "is not a window"),
        ("Mon-Thu 08:00-15:00 Europe/Oslo x", "is not a window"),
        ("Man 08:00-15:00", "'Man' is not a day: days are Mon, Tue"),
        ("Mon- 08:00-15:00", "'' is not a day"),
        ("08:00-15:60", "not a time of the day"),
        ("08:00-24:01", "not a time of the day"),
        ("08:00-08:00", "never opens"),
        ("24:00-08:00", "never opens"),
        ("08:00-15:00 Europe/Olso", "'Europe/Olso' is not a time zone"),
        ("08:00-15:00 ../../etc/passwd", "is not a time zone"),
        ("08:00-15:00 /etc/localtime", "is not a time zone"),
        ("08:00-15:00 Europe", "is not a time zone"),
    ],
)
def test_what_is_none(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault.replace("?", r"\?")):
        read_window(text)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-06-15T08:00", "2026-06-15T08:00"),  # a Monday
        ("2026-06-15T07:59:59", "2026-06-15T08:00"),
        ("2026-06-15T14:59:59", "2026-06-15T14:59:59"),
        ("2026-06-15T15:00", "2026-06-16T08:00"),
        ("2026-06-18T15:00", "2026-06-22T08:00"),  # from Thursday to Monday
    ],
)
def test_borders(now: str, opens: str) -> None:
    assert OFFICE.opens(at(now, "Europe/Oslo")) == at(opens, "Europe/Oslo")


def test_the_hours_are_those_of_its_zone_in_summer_and_in_winter() -> None:
    assert OFFICE.opens(at("2026-06-15T00:00")) == at("2026-06-15T06:00")
    assert OFFICE.opens(at("2026-12-14T00:00")) == at("2026-12-14T07:00")
    # It is Monday in Auckland while it is Sunday in UTC.
    assert read_window("Mon 08:00-09:00 Pacific/Auckland").opens(at("2026-06-14T00:00")) == at(
        "2026-06-14T20:00"
    )


def test_over_midnight_the_day_is_that_of_its_beginning() -> None:
    night = read_window("Fri 22:00-06:00 Europe/Oslo")
    assert night.opens(at("2026-06-20T05:59", "Europe/Oslo")) == at("2026-06-20T05:59", "Europe/Oslo")
    assert night.opens(at("2026-06-20T06:00", "Europe/Oslo")) == at("2026-06-26T22:00", "Europe/Oslo")
    assert night.opens(at("2026-06-18T23:00", "Europe/Oslo")) == at("2026-06-19T22:00", "Europe/Oslo")
    whole = read_window("Sat-Sun 00:00-24:00")
    assert whole.opens(at("2026-06-21T23:59:59")) == at("2026-06-21T23:59:59")
    assert whole.opens(at("2026-06-22T00:00")) == at("2026-06-27T00:00")


def test_the_jump_in_spring() -> None:
    """On 29 March 2026 clocks in Oslo go from 02:00 to 03:00, at 01:00 UTC."""
    jump = at("2026-03-29T01:00")
    before = at("2026-03-28T12:00")
    assert read_window("Sun 02:30-04:00 Europe/Oslo").opens(before) == jump
    assert read_window("Sun 01:00-02:30 Europe/Oslo").opens(jump - 1) == jump - 1
    assert read_window("Sun 01:00-02:30 Europe/Oslo").opens(jump) == at("2026-04-05T01:00", "Europe/Oslo")
    # What clocks never show is not a window that day.
    assert read_window("Sun 02:10-02:50 Europe/Oslo").opens(before) == at("2026-04-05T02:10", "Europe/Oslo")
    assert read_window("Sun 03:00-04:00 Europe/Oslo").opens(before) == jump


def test_the_jump_in_autumn() -> None:
    """On 25 October 2026 clocks in Oslo go from 03:00 back to 02:00, at 01:00 UTC."""
    before = at("2026-10-24T12:00")
    assert read_window("Sun 02:30-04:00 Europe/Oslo").opens(before) == at("2026-10-25T00:30")
    inside = at("2026-10-25T02:59:59")
    assert read_window("Sun 02:30-04:00 Europe/Oslo").opens(inside) == inside
    # It closes when clocks first show its end, and does not open again in the hour that comes twice.
    again = at("2026-10-25T00:30")
    assert read_window("Sun 02:00-02:30 Europe/Oslo").opens(again) == at("2026-11-01T02:00", "Europe/Oslo")


def test_of_several_the_first_that_is_open_counts() -> None:
    windows = [read_window("Mon 08:00-09:00"), read_window("Sun 23:00-24:00")]
    assert opens_next(windows, at("2026-06-14T12:00")) == at("2026-06-14T23:00")
    assert opens_next([], 0) is None


_DAYS = st.frozensets(st.integers(0, 6), min_size=1)
_ZONES = st.sampled_from(
    ["UTC", "Europe/Oslo", "America/St_Johns", "Pacific/Auckland", "Australia/Lord_Howe"]
)


@given(_DAYS, st.integers(0, 1439), st.integers(1, 1440), _ZONES, st.integers(1_700_000_000, 1_900_000_000))
def test_it_is_open_by_the_clocks_of_its_zone(
    days: frozenset[int], start: int, end: int, zone: str, now: int
) -> None:
    """Away from jumps a window is open exactly when the clock on the wall says so."""
    if start == end:
        return
    window = Window(days, start, end, zone)
    opens = window.opens(now)
    assert opens is not None
    assert opens >= now
    assert window.opens(opens) == opens
    if opens > now:  # nothing is open in between
        assert window.opens((now + opens) / 2) == opens
    place = UTC if zone == "UTC" else ZoneInfo(zone)
    here = datetime.fromtimestamp(now, place)
    around = {(here + timedelta(hours=hours)).utcoffset() for hours in range(-26, 27)}
    if len(around) == 1:
        minute = here.hour * 60 + here.minute
        today, yesterday = here.weekday() in days, (here.weekday() - 1) % 7 in days
        inside = (
            today and start <= minute < end
            if end > start
            else ((today and minute >= start) or (yesterday and minute < end))
        )
        assert (opens == now) == inside
