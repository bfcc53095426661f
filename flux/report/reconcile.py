"""What `inv reconcile` shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flux.report.conditional import conditional

if TYPE_CHECKING:
    from flux.commands.reconcile import Reconciled
    from flux.report.report import Report


def show_reconciled(report: Report, done: Reconciled, digests: str | None, dry_run: bool) -> None:
    report.notices(done.notices)
    if not dry_run:
        report.digests(done.digests, digests)
    done_or_due = [conditional(what) if dry_run else what for what in done.repaired]
    report.summary("Reconciled", ("What was due",), [(what,) for what in done_or_due])
    if not report.document({"repaired": done_or_due}):
        for what in done_or_due:
            report.print(what if dry_run else f"repaired: {what}")
        if not done.repaired and not done.errors:
            report.print("Nothing was due.")
    report.failures(done.errors)
