"""The output of `inv issue.sync`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from flux.report.json_document import with_error
from flux.report.promote import document as proposal
from flux.report.text import Link, place
from flux.report.would import conditional

if TYPE_CHECKING:
    from flux.forge.forge import Issue, PullRequest
    from flux.proposals.sync import Sync, Synced
    from flux.report.report import Report

Cell = TypeVar("Cell", str, Link | str)


def _header(dry_run: bool) -> tuple[str, ...]:
    done = "What would be done" if dry_run else "What was done"
    return "Promotion", "Deployed", "Issue", "Pull request", done


def show_sync(report: Report, sync: Sync, dry_run: bool = False) -> None:
    report.notices(sync.notices)
    found = [(one, one.issue, one.proposed.pull_request if one.proposed else None) for one in sync.promotions]
    links = [_synced(one, _link(issue), _link(pull), dry_run) for one, issue, pull in found]
    report.summary("Promotions", _header(dry_run), links)
    if not report.document(document(sync, dry_run)):
        if found:
            report.table(
                _header(dry_run),
                [_synced(one, _place(issue), _place(pull), dry_run) for one, issue, pull in found],
            )
        else:
            report.print("No promotion is open.")
    report.failures((f"{one.promotion.artifact} {one.promotion.version}", one.error) for one in sync.failed)


def document(sync: Sync, dry_run: bool = False) -> dict[str, Any]:
    return {"promotions": [with_error(_promotion(one, dry_run), one.error) for one in sync.promotions]}


def _promotion(one: Synced, dry_run: bool) -> dict[str, Any]:
    return {
        "artifact": one.promotion.artifact,
        "version": one.promotion.version,
        "issue": {"number": one.issue.number, "url": one.issue.url} if one.issue else None,
        "closed": one.closed,
        "repaired": _repaired(one, dry_run),
        "environments": [
            {"environment": s.environment, "desired": s.desired, "deployed": s.deployed}
            for s in one.standings
        ],
        "pull_request": proposal(one.proposed)["pull_request"] if one.proposed else None,
    }


def _repaired(one: Synced, dry_run: bool) -> list[str]:
    return [conditional(what) if dry_run else what for what in one.repaired]


def _synced(one: Synced, issue: Cell, pull: Cell, dry_run: bool) -> tuple[str | Cell, ...]:
    repaired = _repaired(one, dry_run)
    deployed = sum(s.deployed and s.desired == one.promotion.version for s in one.standings)
    return (
        f"{one.promotion.artifact} {one.promotion.version}",
        f"{deployed} of {len(one.standings)}" if one.standings else "",
        issue,
        pull,
        ", ".join(repaired) or ("failed" if one.error else "as it should be"),
    )


def _link(there: Issue | PullRequest | None) -> Link | str:
    return Link(f"#{there.number}", there.url) if there else ""


def _place(there: Issue | PullRequest | None) -> str:
    return place(there.url) if there else ""
