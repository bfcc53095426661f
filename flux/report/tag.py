"""What `inv tag` shows."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from flux.promotion.plan import Action
from flux.report.text import markdown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flux.commands.tag import Convergence
    from flux.promotion.plan import Step
    from flux.report.report import Report


_HEADER = ("Artifact", "Environment", "Version", "From", "To", "Action")


def show_plan(report: Report, tip: str, steps: Sequence[Step]) -> None:
    """What is about to be done, before it is."""
    rows = _rows(report, steps)
    if rows and not report.as_json:
        report.print(f"Environment tags at {tip[:12]}:")
        report.table(_HEADER, rows)


def show_convergence(report: Report, convergence: Convergence, dry_run: bool) -> None:
    """What was done."""
    report.notices(convergence.notices)
    tip = markdown(report.page(convergence.tip[:12], f"commit/{convergence.tip}"))
    title = f"Plan for {tip}" if dry_run else f"Environment tags at {tip}"
    report.summary(title, _HEADER, _rows(report, convergence.steps))
    if not report.document(convergence.document()):
        counts = Counter(step.action for step in convergence.steps)
        moved = f"{counts[Action.MOVE]} would move" if dry_run else f"{counts[Action.MOVED]} moved"
        report.print(f"Environment tags: {moved}, {counts[Action.UNCHANGED]} as desired.")
    show_failures(report, convergence.failed)


def _rows(report: Report, steps: Sequence[Step]) -> list[tuple[str, ...]]:
    return [
        (
            s.artifact,
            s.environment,
            s.version or "",
            report.digest(s.old) or "none",
            report.digest(s.new),
            str(s.action),
        )
        for s in steps
        if s.action != Action.UNCHANGED
    ]


def show_failures(report: Report, failed: Sequence[Step]) -> None:
    """What failed for the same reason is one error."""
    groups: dict[tuple[str, str], list[str]] = {}
    for step in failed:
        error = step.error or f"version {step.version} is not published"
        hint = step.hint if step.error else "publish it with `inv publish TAG`, then run `inv tag` again"
        groups.setdefault((error, hint), []).append(f"{step.artifact}:{step.environment}".rstrip(":"))
    for (error, hint), names in groups.items():
        report.failure(names, error, hint)
