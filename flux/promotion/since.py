"""A moment in the past, as people type it."""

from datetime import UTC, datetime

from flux.errors import RequestError
from flux.regex import regex

_AGO = regex(r"(?P<number>[1-9][0-9]{0,4})(?P<unit>[hdw])")
_SECONDS = {"h": 3600, "d": 24 * 3600, "w": 7 * 24 * 3600}
_FORMS = "say a date such as 2026-11-01, a time such as 2026-11-01T10:00Z, or how long ago: 12h, 30d, 8w"


def parse_since(text: str, now: float) -> float:
    """Return the moment in seconds since the epoch. A date is its midnight. A time without a zone is in UTC.

    Raises RequestError if the text is not a date, a time, or a number of hours, days or weeks.
    """
    if ago := _AGO.fullmatch(text):
        return now - int(ago["number"]) * _SECONDS[ago["unit"]]
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise RequestError(f"{text!r} is not a time", _FORMS) from None
