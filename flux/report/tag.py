"""The output of `inv tag`."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from flux.promotion.plan import Action
from flux.report.failed_steps import show_failed
from flux.report.json_document import with_error
from flux.report.text import markdown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flux.environments.converge import Convergence
    from flux.promotion.plan import Step
    from flux.report.report import Report


_HEADER = ("Artifact", "Environment", "Version", "Action", "From", "To")


def show_plan(report: Report, tip: str, steps: Sequence[Step]) -> None:
    """Show the plan before it is carried out."""
    rows = _rows(report, steps)
    if rows and not report.as_json:
        report.print(f"Environment tags at {tip[:12]}:")
        report.table(_HEADER, rows)


def show_convergence(report: Report, convergence: Convergence, dry_run: bool, release_tag: str = "") -> None:
    """Show what was done. `release_tag` is the format of release tags."""
    report.notices(convergence.notices)
    tip = markdown(report.page(convergence.tip[:12], f"commit/{convergence.tip}"))
    title = f"Plan for {tip}" if dry_run else f"Environment tags at {tip}"
    report.summary(title, _HEADER, _rows(report, convergence.steps))
    if not report.document({"commit": convergence.tip, **document(convergence.steps)}):
        counts = Counter(step.action for step in convergence.steps)
        moved = f"{counts[Action.MOVE]} would move" if dry_run else f"{counts[Action.MOVED]} moved"
        report.print(f"Environment tags: {moved}, {counts[Action.UNCHANGED]} as desired.")
    show_failed(report, convergence.failed, release_tag)


def document(steps: Sequence[Step]) -> dict[str, Any]:
    return {
        "tags": [
            with_error(
                {
                    "artifact": step.artifact,
                    "environment": step.environment or None,
                    "version": step.version,
                    "from": step.old,
                    "to": step.new,
                    "action": step.action,
                },
                step.fault,
            )
            for step in steps
        ]
    }


def _rows(report: Report, steps: Sequence[Step]) -> list[tuple[str, ...]]:
    return [
        (
            s.artifact,
            s.environment,
            s.version or "",
            str(s.action),
            report.digest(s.old) or "none",
            report.digest(s.new),
        )
        for s in steps
        if s.action != Action.UNCHANGED and not s.is_unknown
    ]
