"""How texts name moments."""

from datetime import UTC, datetime


def shown_time(moment: float) -> str:
    """Return a time for people, in UTC, without seconds."""
    return datetime.fromtimestamp(moment // 60 * 60, UTC).strftime("%Y-%m-%d %H:%M UTC")


def ends(moment: float) -> str:
    """Return the end of a wait for people, rounded up to a minute."""
    return shown_time(-(-moment // 60) * 60)
