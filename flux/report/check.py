"""The output of `inv check`."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from flux.artifact.finding import Finding, Level
from flux.listing import counted
from flux.report.changed import show_uncommitted
from flux.report.text import Styled, or_empty, property_value

if TYPE_CHECKING:
    from flux.commands.check import Check
    from flux.report.report import Report


def show_check(report: Report, check: Check) -> None:
    report.notices(check.notices)
    show_uncommitted(report, check.uncommitted)
    if not report.as_json:
        for hint, findings in groupby(check.findings, key=attrgetter("hint")):
            _show_findings(report, hint, findings)
    errors = sum(finding.level is Level.ERROR for finding in check.findings)
    warnings = len(check.findings) - errors
    checked = f"{counted(len(check.artifacts), 'artifact')} checked"
    said = f"{checked}: {counted(errors, 'error')}, {counted(warnings, 'warning')}."
    header = ("Level", "File", "Line", "What")
    rows = [(f.level, f.path, or_empty(f.line or None), f.message) for f in check.findings]
    report.summary(said, header, rows)
    if not report.document(document(check)):
        report.print(said)


def document(check: Check) -> dict[str, Any]:
    return {
        "artifacts": check.artifacts,
        "findings": [
            {"level": f.level, "path": f.path, "line": f.line or None, "message": f.message, "hint": f.hint}
            for f in check.findings
        ],
    }


def _show_findings(report: Report, hint: str, findings: Iterable[Finding]) -> None:
    """Show findings that have the same hint. A terminal shows the hint once, after them."""
    for finding in findings:
        place = finding.path + (f":{finding.line}" if finding.line else "")
        if report.in_actions:
            where = f" file={property_value(finding.path)}" + (
                f",line={finding.line}" if finding.line else ""
            )
            said = f"{finding.message}\n{hint}" if hint else finding.message
            report.command(finding.level + where, said, place)
            continue
        style = "bold red" if finding.level is Level.ERROR else "yellow"
        report.print(Styled(finding.level, style), f" {place}: {finding.message}")
    if hint and not report.in_actions:
        report.print(f"hint: {hint}")
