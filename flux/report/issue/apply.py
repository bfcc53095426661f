"""The output of `inv issue.apply`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flux.errors import IssueError
from flux.report.promote import document as proposal
from flux.report.promote import show_proposed
from flux.report.text import markdown

if TYPE_CHECKING:
    from flux.proposals.applied import Applied
    from flux.report.report import Report


_NOTHING: dict[str, Any] = {
    "artifact": None,
    "version": None,
    "action": "none",
    "pull_request": None,
    "dropped": {},
}


def show_applied(report: Report, applied: Applied, dry_run: bool = False) -> None:
    notices = applied.notices
    if applied.refused:
        report.error(IssueError(notices[0], "a comment on the issue says the same to who edited it"))
        notices = notices[1:]
    report.notices(notices)
    undoes = "would be undone" if dry_run else "undone"
    report.notices([f"{undoes}: {undone}" for undone in applied.undone])
    if applied.undone:
        issue = markdown(report.page(f"issue {applied.number}", f"issues/{applied.number}"))
        report.summary(
            f"{undoes.capitalize()} in {issue}", ("What",), [(undone,) for undone in applied.undone]
        )
    if applied.proposed:
        show_proposed(report, applied.proposed, dry_run)
    if not report.document(document(applied)) and not applied.proposed:
        report.print(f"issue {applied.number}: nothing to apply.")


def document(applied: Applied) -> dict[str, Any]:
    proposed = proposal(applied.proposed) if applied.proposed else _NOTHING
    return {"issue": applied.number, "undone": list(applied.undone), **proposed}
