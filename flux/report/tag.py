"""What `inv tag` shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flux.commands.tag import Convergence
    from flux.promotion.plan import Step
    from flux.report.report import Report


def show_convergence(report: Report, convergence: Convergence) -> None:
    report.notices(convergence.notices)
    header = ("Artifact", "Environment", "Version", "From", "To", "Action")
    shown = [step for step in convergence.steps if step.action != "unchanged"]
    rows = [
        (
            s.artifact,
            s.environment,
            s.version or "",
            report.digest(s.old) or "none",
            report.digest(s.new),
            str(s.action),
        )
        for s in shown
    ]
    report.summary(f"Environment tags at {convergence.tip[:12]}", header, rows)
    if not report.document(convergence.document()):
        if rows:
            report.table(header, rows)
        else:
            report.print(f"{len(convergence.steps)} environment tags are as desired.")
    show_failures(report, convergence.failed)


def show_failures(report: Report, failed: Sequence[Step]) -> None:
    """What failed for the same reason is one error."""
    groups: dict[tuple[str, str], list[str]] = {}
    for step in failed:
        error = step.error or f"version {step.version} is not published"
        hint = step.hint or "publish it with `inv publish TAG`, then run `inv tag` again"
        groups.setdefault((error, hint), []).append(f"{step.artifact}:{step.environment}".rstrip(":"))
    for (error, hint), names in groups.items():
        report.failure(names, error, hint)
