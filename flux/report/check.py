"""The output of `inv check`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flux.artifact.finding import Finding, Level
from flux.listing import counted
from flux.report.text import Styled, or_empty, property_value

if TYPE_CHECKING:
    from flux.commands.check import Check
    from flux.report.report import Report


def show_check(report: Report, check: Check) -> None:
    report.notices(check.notices)
    if not report.as_json:
        for finding in check.findings:
            _show_finding(report, finding)
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
            {"level": f.level, "path": f.path, "line": f.line or None, "message": f.message}
            for f in check.findings
        ],
    }


def _show_finding(report: Report, finding: Finding) -> None:
    place = finding.path + (f":{finding.line}" if finding.line else "")
    if report.in_actions:
        where = f" file={property_value(finding.path)}" + (f",line={finding.line}" if finding.line else "")
        report.command(finding.level + where, finding.message, place)
        return
    style = "bold red" if finding.level is Level.ERROR else "yellow"
    report.print(Styled(finding.level, style), f" {place}: {finding.message}")
