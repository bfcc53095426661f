"""What `inv request.check` shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flux.errors import FluxError

if TYPE_CHECKING:
    from flux.commands.request.check import Checked
    from flux.report.report import Report


def show_checked(report: Report, checked: Checked) -> None:
    number = checked.pull_request.number
    report.summary(
        f"Pull request {number}", ("What speaks against it",), [(each,) for each in checked.faults]
    )
    if not report.document(document(checked)) and not checked.faults:
        said = "those who asked may, and it is approved" if checked.is_promotion else "it is no promotion's"
        report.print(f"pull request {number}: {said}.")
    for fault in checked.faults:
        error = FluxError(fault, "then run `inv request.check` again")
        report.error(error, [f"pull request {number}"])


def document(checked: Checked) -> dict[str, Any]:
    pull = checked.pull_request
    return {
        "pull_request": {"number": pull.number, "url": pull.url, "head": pull.head},
        "promotion": checked.is_promotion,
        "faults": checked.faults,
    }
