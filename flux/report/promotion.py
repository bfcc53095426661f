"""What the commands around promotions show."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from flux.report.text import Link, markdown, place

if TYPE_CHECKING:
    from flux.commands.issue.open import Opened
    from flux.commands.issue.sync import Sync, Synced
    from flux.commands.reconcile import Reconciled
    from flux.forge.forge import Issue, PullRequest
    from flux.promotion.proposal import VersionChange
    from flux.proposals.apply import Applied
    from flux.proposals.converge import Proposed
    from flux.report.report import Report

Cell = TypeVar("Cell", str, Link | str)

_HEADER = ("Environment", "From", "To", "")


def show_issue(report: Report, opened: Opened) -> None:
    report.notices(opened.notices)
    issue = opened.issue
    if issue:
        report.outputs({"issue": issue.number})
        report.summary(f"Promotion issue of {opened.tag}", ("Issue", "What"), [(_link(issue), opened.action)])
    if not report.document(opened.document()) and issue:
        report.print(f"{opened.tag}: {opened.action} issue {issue.number}, {place(issue.url)}")


def show_applied(report: Report, applied: Applied) -> None:
    report.notices(applied.notices)
    report.notices([f"undone: {undone}" for undone in applied.undone])
    if applied.undone:
        issue = markdown(report.page(f"issue {applied.number}", f"issues/{applied.number}"))
        report.summary(f"Undone in {issue}", ("What",), [(undone,) for undone in applied.undone])
    if applied.proposed:
        show_proposed(report, applied.proposed)
    elif not report.document(applied.document()):
        report.print(f"issue {applied.number}: nothing to apply.")


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


def show_sync(report: Report, sync: Sync) -> None:
    header = ("Promotion", "Deployed", "Issue", "Pull request", "What was done")
    found = [(one, one.issue, one.proposed.pull_request if one.proposed else None) for one in sync.promotions]
    links = [_synced(one, _link(issue), _link(pull)) for one, issue, pull in found]
    report.summary("Promotions", header, links)
    if not report.document(sync.document()):
        if found:
            report.table(header, [_synced(one, _place(issue), _place(pull)) for one, issue, pull in found])
        else:
            report.print("No promotion is open.")
    for one in sync.failed:
        report.failure([f"{one.promotion.artifact} {one.promotion.version}"], one.error, one.hint)


def _synced(one: Synced, issue: Cell, pull: Cell) -> tuple[str | Cell, ...]:
    deployed = sum(s.deployed and s.desired == one.promotion.version for s in one.standings)
    return (
        f"{one.promotion.artifact} {one.promotion.version}",
        f"{deployed} of {len(one.standings)}" if one.standings else "",
        issue,
        pull,
        ", ".join(one.repaired) or ("failed" if one.error else "as it should be"),
    )


def show_reconciled(report: Report, done: Reconciled, digests: str | None, dry_run: bool) -> None:
    report.notices(done.notices)
    if not dry_run:
        report.digests(done.digests, digests)
    report.summary("Reconciled", ("What was due",), [(what,) for what in done.repaired])
    if not report.document(done.document()):
        for what in done.repaired:
            report.print(f"repaired: {what}")
        if not done.repaired and not done.errors:
            report.print("Nothing was due.")
    for about, error in done.errors:
        report.failure([about], error.message, error.hint)


def _link(there: Issue | PullRequest | None) -> Link | str:
    return Link(f"#{there.number}", there.url) if there else ""


def _place(there: Issue | PullRequest | None) -> str:
    return place(there.url) if there else ""
