"""The output of `inv reconcile`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flux.report.failed_steps import show_failed
from flux.report.would import conditional

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flux.commands.reconcile import Reconciled
    from flux.report.report import Report


def show_reconciled(
    report: Report,
    done: Reconciled,
    digests: str | None,
    dry_run: bool,
    release_tag: str = "",
    would: Sequence[str] = (),
) -> None:
    """Show what was done. `release_tag` is the format of release tags. `would` is what a dry run would write
    to the forge."""
    report.notices(done.notices)
    if not dry_run:
        report.digests(done.digests, digests)
    done_or_due = [conditional(what) if dry_run else what for what in done.repaired]
    report.summary("Reconciled", ("What was due",), [(what,) for what in done_or_due])
    if not report.document({"repaired": done_or_due}):
        _show_done(report, done_or_due, dry_run, quiet=done.failed or bool(would))
    show_failed(report, done.missing, release_tag)
    report.failures(done.errors)


def _show_done(report: Report, done: Sequence[str], dry_run: bool, quiet: bool) -> None:
    """Show what was done or would be done. If there is nothing, say so unless `quiet` is set."""
    for what in done:
        report.print(what if dry_run else f"repaired: {what}")
    if not done and not quiet:
        report.print("Nothing is due." if dry_run else "Nothing was due.")
