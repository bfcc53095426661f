"""What `inv release` shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flux.report.changed import show_uncommitted
from flux.report.text import Link

if TYPE_CHECKING:
    from flux.commands.release import Planned
    from flux.report.report import Report


def show_planned_release(report: Report, planned: Planned) -> None:
    """A dry run of a release."""
    show_uncommitted(report, {planned.artifact: planned.uncommitted})
    if not report.document(planned.document()):
        report.print(f"{planned.tag} would be released at {planned.commit[:12]}, with these notes:")
        report.print("")
        report.print(planned.notes, kept="\n")


def show_released(report: Report, done: Planned, is_new: bool) -> None:
    show_uncommitted(report, {done.artifact: done.uncommitted})
    report.notices(done.notices)
    report.outputs({"tag": done.tag})
    url = done.release.url if done.release else ""
    report.summary(f"Release {done.tag}", ("Release", "Commit"), [(Link(done.tag, url), done.commit)])
    if not report.document(done.document()):
        said = "released" if is_new else "is released already"
        # The local forge has its releases in git.
        where = f"see `git show {done.tag}`" if url.startswith("file:") else url
        report.print(f"{done.tag}: {said} at {done.commit[:12]}, {where}")
    for error in done.failed:
        report.error(error)
