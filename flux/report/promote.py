"""What `inv promote` and `inv rollback` show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flux.report.text import place

if TYPE_CHECKING:
    from flux.promotion.proposal import VersionChange
    from flux.proposals.converge import Proposed
    from flux.report.report import Report

_HEADER = ("Environment", "From", "To", "")


def show_proposed(report: Report, proposed: Proposed, dry_run: bool = False) -> None:
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
    done = _done(proposed, dry_run)
    link = f": {done} {pull.url}".rstrip() if pull else ""
    report.summary(f"{title}{link}", _HEADER, rows)
    if report.document(document(proposed)):
        return
    if pull is None:
        report.print(f"{title}: {'stopped' if proposed.stopped else 'nothing to propose'}.")
        return
    where = f" pull request {pull.number}, {place(pull.url)}" if pull.number else " a pull request"
    report.print(f"{title}: {done}{where}")
    if rows:
        report.table(_HEADER, rows)


def _done(proposed: Proposed, dry_run: bool) -> str:
    """What became of the pull request, or in a dry run would."""
    would = {"opened": "would open", "updated": "would update", "closed": "would close"}
    return would.get(proposed.action, str(proposed.action)) if dry_run else str(proposed.action)


def _direction(change: VersionChange) -> str:
    if change.old is None:
        return "new"
    return "down" if change.is_downgrade else "up"


def document(proposed: Proposed | None) -> dict[str, Any]:
    """The pull request, None where there is none."""
    pull = proposed.pull_request if proposed else None
    if proposed is None or pull is None:
        return {"pull_request": None}
    changes = [{"environment": c.environment, "from": c.old, "to": c.new} for c in proposed.changes]
    return {
        "pull_request": {"number": pull.number, "url": pull.url, "branch": pull.branch, "changes": changes}
    }
