"""What `inv status` shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flux.report.tag import show_failures
from flux.report.text import Link, place, short, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flux.commands.status import Row, Status
    from flux.report.report import Report


def show_status(report: Report, status: Status) -> None:
    report.notices(status.notices)
    header = ("Artifact", "Release", "Commits since", *status.environments)
    rows = [
        (
            *(row.artifact, row.release or "none", _commits_since(row)),
            *(_cell(row, environment) for environment in status.environments),
        )
        for row in status.rows
    ]
    report.summary("Artifacts by environment", header, rows)
    promotions = status.promotions or []
    if status.promotions is not None:
        links = [
            (p.artifact, p.version, Link(f"{pull.title} #{pull.number}", pull.url)) for p, pull in promotions
        ]
        report.summary("Open promotions", ("Artifact", "Version", "Pull request"), links)
    if report.document(status.document()):
        return
    _show_map(report, header, rows, len(status.environments))
    for _, pull in promotions:
        report.print(f"open: {pull.title} {place(pull.url)}")
    show_failures(report, status.failed)
    tags = [step for step in status.steps if step.environment]
    if drifting := sum(step.drifts for step in tags):
        report.print(f"{drifting} of {len(tags)} environment tags drift.")
    elif not status.failed and not status.outdated:
        report.print("No drift.")


def _show_map(
    report: Report, header: Sequence[str], rows: Sequence[Sequence[str]], environments: int
) -> None:
    """A table as narrow as can be: the last columns are environments, and what no artifact is in has none."""
    empty = {at for at in range(1, len(header)) if not any(row[at] for row in rows)}
    kept = [at for at in range(len(header)) if at not in empty]
    report.table([header[at] for at in kept], [[row[at] for at in kept] for row in rows])
    if bare := [header[at] for at in sorted(empty) if at >= len(header) - environments]:
        report.print(f"Nothing is in {', '.join(bare)}.")


def _commits_since(row: Row) -> str:
    """Nothing where nothing is new, which is otherwise than where that cannot be told."""
    return "?" if row.release and row.commits_since is None else text(row.commits_since or None)


def _cell(row: Row, environment: str) -> str:
    """The desired version, and after an arrow what is there instead."""
    step = row.steps.get(environment)
    if step is None:
        return ""
    if not step.drifts and step.version:
        return step.version
    has = short(row.has.get(environment) or step.old) or ("?" if step.error else "nothing")
    return f"{step.version or 'none'} ≠ {has}"
