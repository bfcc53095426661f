"""The output of `inv log`."""

from __future__ import annotations

from time import gmtime
from typing import TYPE_CHECKING, Any

from flux.listing import counted
from flux.report.tables import filled
from flux.report.text import or_empty

if TYPE_CHECKING:
    from flux.environments.log import Log, Logged
    from flux.report.report import Report

_HEADER = (
    *("Merged", "Artifact", "Environment", "From", "To", "Direction"),
    *("Asked by", "Approved by", "Merged by", "Pull request", "After release", "Commit"),
)
_UNITS = (("d", 24 * 3600), ("h", 3600), ("min", 60))


def show_log(report: Report, log: Log) -> None:
    report.notices(log.notices)
    if log.unasked:
        pulls = counted(log.unasked, "older pull request")
        report.notice(f"who approved and merged {pulls} was not asked; name an artifact or --since")
    if report.as_json:  # the document is large, so it is made only if needed
        report.document(document(log))
        return
    if not log.changes:
        report.print("No changes.")
        return
    rows = [_row(logged) for logged in log.changes]
    kept = filled(rows)
    report.table([_HEADER[at] for at in kept], [[row[at] for at in kept] for row in rows])


def _row(logged: Logged) -> tuple[str, ...]:
    entry, pull = logged.entry, logged.pull
    return (
        day(logged.time),
        entry.artifact,
        entry.environment,
        entry.before or "none",
        entry.after or "none",
        str(entry.direction),
        ", ".join(entry.asked) + (f" (rule {entry.rule})" if entry.rule else ""),
        ", ".join(logged.approved),
        pull.merger if pull else "",
        f"#{pull.number}" if pull else "",
        time_span(logged.delay),
        entry.commit[:12],
    )


def document(log: Log) -> dict[str, Any]:
    """Return the document. Times are seconds since the epoch, and a delay is in seconds."""
    return {"changes": [record(logged) for logged in log.changes]}


def record(logged: Logged) -> dict[str, Any]:
    entry, pull = logged.entry, logged.pull
    return {
        "artifact": entry.artifact,
        "environment": entry.environment,
        "from": entry.before,
        "to": entry.after,
        "direction": str(entry.direction),
        "merged": logged.time,
        "commit": entry.commit,
        "asked": list(entry.asked),
        "rule": entry.rule or None,
        "approved": list(logged.approved),
        "merged_by": (pull.merger if pull else "") or None,
        "pull_request": {"number": pull.number, "url": pull.url} if pull else None,
        "released": logged.released,
        "after_release": logged.delay,
    }


def day(time: float) -> str:
    """Return a time in UTC, to the minute."""
    try:
        return "{:04}-{:02}-{:02} {:02}:{:02}".format(*gmtime(time)[:5])
    except (ValueError, OverflowError, OSError):
        return "?"


def time_span(seconds: float | None) -> str:
    """Return a time span in its largest unit, such as `3d`. Empty if it is unknown or negative."""
    if seconds is None or seconds < 0:
        return ""
    for name, size in _UNITS:
        if seconds >= size:
            return f"{or_empty(int(seconds // size))}{name}"
    return f"{int(seconds)}s"
