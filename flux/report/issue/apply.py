"""The output of `inv issue.apply`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flux.promotion.texts import undoing as say
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
    if applied.refused:
        report.error(applied.refused)
    report.notices(applied.notices)
    undoes = "would be undone" if dry_run else "undone"
    undone = list(map(say.undone, applied.undone))
    report.notices([f"{undoes}: {each}" for each in undone])
    if undone:
        issue = markdown(report.page(f"issue {applied.number}", f"issues/{applied.number}"))
        report.summary(f"{undoes.capitalize()} in {issue}", ("What",), [(each,) for each in undone])
    if applied.proposed:
        show_proposed(report, applied.proposed, dry_run)
    if not report.document(document(applied)) and not applied.proposed:
        report.print(f"issue {applied.number}: nothing to apply.")


def document(applied: Applied) -> dict[str, Any]:
    proposed = proposal(applied.proposed) if applied.proposed else _NOTHING
    return {"issue": applied.number, "undone": list(map(say.undone, applied.undone)), **proposed}
