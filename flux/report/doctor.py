"""The output of `inv doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flux.diagnosis.check_line import Diagnosis, Rating
from flux.report.text import Styled, as_typed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flux.diagnosis.check_line import Line
    from flux.report.report import Report

_STYLES = {Rating.OK: "green", Rating.WARNING: "yellow", Rating.PROBLEM: "bold red"}
_COMMANDS = {Rating.WARNING: "warning", Rating.PROBLEM: "error"}


def show_doctor(report: Report, lines: Iterable[Line]) -> Diagnosis:
    """Print each line as soon as it is known: some checks take time."""
    looked = []
    for line in lines:
        looked.append(line)
        if not report.as_json:
            _show_line(report, line)
    diagnosis = Diagnosis(looked)
    report.document(document(diagnosis))
    rows = [(line.health, line.subject, line.message, line.fix) for line in looked]
    report.summary("Doctor", ("Health", "Subject", "What", "Fix"), rows)
    return diagnosis


def document(diagnosis: Diagnosis) -> dict[str, Any]:
    return {
        "healthy": not diagnosis.failed,
        "checks": [
            {"subject": line.subject, "health": str(line.health), "message": line.message, "fix": line.fix}
            for line in diagnosis.lines
        ],
    }


def _show_line(report: Report, line: Line) -> None:
    said = f"{line.subject}: {line.message}"
    if report.in_actions and line.health in _COMMANDS:
        report.command(_COMMANDS[line.health], f"{said}\n{line.fix}" if line.fix else said)
        return
    report.print(Styled(f"{line.health:8}", _STYLES[line.health]), as_typed(said), indent=8)
    if line.fix:
        report.print(f"{'':8}fix: {as_typed(line.fix)}", indent=13)
