"""What `inv promote` and `inv rollback` show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flux.report.text import place

if TYPE_CHECKING:
    from flux.promotion.proposal import VersionChange
    from flux.proposals.converge import Proposed
    from flux.report.report import Report

_HEADER = ("Environment", "From", "To", "")


def show_proposed(report: Report, proposed: Proposed) -> None:
    report.notices(proposed.notices)
    promotion, pull = proposed.promotion, proposed.pull_request
    for environment, version in proposed.dropped.items():
        report.notice(
            f"{environment} is not proposed any more: main has {version or 'no version'} for it now"
        )
    rows = [
        (change.environment, change.old or "none", change.new, _direction(change))
        for change in proposed.changes
    ]
    title = f"{promotion.artifact} {promotion.version}"
    link = f": {proposed.action} {pull.url}" if pull else ""
    report.summary(f"{title}{link}", _HEADER, rows)
    if report.document(proposed.document()):
        return
    if pull is None:
        report.print(f"{title}: {'stopped' if proposed.stopped else 'nothing to propose'}.")
        return
    report.print(f"{title}: {proposed.action} pull request {pull.number}, {place(pull.url)}")
    if rows:
        report.table(_HEADER, rows)


def _direction(change: VersionChange) -> str:
    if change.old is None:
        return "new"
    return "down" if change.is_downgrade else "up"
