"""The output of `inv request.check`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flux.errors import FluxError
from flux.promotion.texts.faults import fault

if TYPE_CHECKING:
    from flux.commands.request.check import Checked
    from flux.report.report import Report


_PASSED = {
    True: "may be merged: those who asked may promote, and it has the approvals that it needs.",
    False: "is not a promotion: there is nothing to check.",
}


def show_checked(report: Report, checked: Checked) -> None:
    number = checked.pull_request.number
    faults = list(map(fault, checked.faults))
    report.summary(f"Pull request {number}", ("What blocks it",), [(each,) for each in faults])
    if not report.document(document(checked)) and not faults:
        report.print(f"pull request {number} {_PASSED[checked.is_promotion]}")
    for each in faults:
        error = FluxError(each, f"fix it, then run `inv request.check {number}` again")
        report.error(error, [f"pull request {number}"])


def document(checked: Checked) -> dict[str, Any]:
    pull = checked.pull_request
    return {
        "pull_request": {"number": pull.number, "url": pull.url, "head": pull.head},
        "promotion": checked.is_promotion,
        "faults": list(map(fault, checked.faults)),
    }
