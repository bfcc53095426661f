"""The output of `inv promote` and `inv rollback`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flux.promotion.texts.gates import waiting
from flux.promotion.texts.notices import skipped
from flux.proposals.converge import Proposed, ProposedAction
from flux.report.text import place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flux.forge.forge import PullRequest
    from flux.promotion.proposal import VersionChange
    from flux.report.report import Report

_HEADER = ("Environment", "From", "To", "")


def show_proposed(report: Report, proposed: Proposed, dry_run: bool = False) -> None:
    if proposed.stopped:
        report.error(proposed.stopped)
    report.notices(proposed.notices)
    promotion, pull = proposed.promotion, proposed.pull_request
    for environment, version in proposed.dropped.items():
        report.notice(
            f"{environment} is not proposed any more: main has {version or 'no version'} for it now"
        )
    for why, waits in waiting(proposed.waits).items():
        verb = "has" if len(waits) == 1 else "have"
        report.notice(f"{', '.join(waits)} {verb} to wait: {why}")
    for why, waits in waiting(proposed.later).items():
        report.notice(f"{', '.join(waits)}: added to it once the rules allow it: {why}")
    for early in () if proposed.waits else proposed.skipped:
        report.notice(skipped(promotion.version, early))
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
    """Return what happened to the pull request, or would happen in a dry run."""
    would = {
        ProposedAction.OPENED: "would open",
        ProposedAction.UPDATED: "would update",
        ProposedAction.CLOSED: "would close",
    }
    return would.get(proposed.action, str(proposed.action)) if dry_run else str(proposed.action)


def _direction(change: VersionChange) -> str:
    if change.old is None:
        return "new"
    return "down" if change.is_downgrade else "up"


def document(proposed: Proposed) -> dict[str, Any]:
    """Return the document. `pull_request` may be None. One that a dry run would open has no number yet."""
    return {
        "artifact": proposed.promotion.artifact,
        "version": proposed.promotion.version,
        "action": proposed.action,
        "pull_request": _request(proposed.pull_request, proposed.changes) if proposed.pull_request else None,
        "dropped": dict(proposed.dropped),
    }


def _request(pull: PullRequest, changes: Sequence[VersionChange]) -> dict[str, Any]:
    return {
        "number": pull.number or None,
        "url": pull.url or None,
        "branch": pull.branch,
        "changes": [
            {"environment": c.environment, "from": c.old, "to": c.new, "direction": _direction(c)}
            for c in changes
        ],
    }
