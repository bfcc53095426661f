"""What `inv release` shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flux.report.changed import show_uncommitted
from flux.report.text import Link

if TYPE_CHECKING:
    from flux.commands.release import Planned
    from flux.forge.forge import Release
    from flux.report.report import Report


def show_planned_release(report: Report, planned: Planned) -> None:
    """A dry run of a release."""
    show_uncommitted(report, {planned.artifact: planned.uncommitted})
    if not report.document(planned.document()):
        report.print(f"{planned.tag} would be released at {planned.commit[:12]}, with these notes:")
        report.print("")
        report.print(planned.notes, kept="\n")


def show_released(report: Report, planned: Planned, release: Release, made: bool) -> None:
    show_uncommitted(report, {planned.artifact: planned.uncommitted})
    report.notices(planned.notices)
    report.outputs({"tag": planned.tag})
    row = (Link(planned.tag, release.url), planned.commit)
    report.summary(f"Release {planned.tag}", ("Release", "Commit"), [row])
    if not report.document(planned.document()):
        said = "released" if made else "is released already"
        report.print(f"{planned.tag}: {said} at {planned.commit[:12]}, {_where(release)}")
    for error in planned.failed:
        report.error(error)


def _where(release: Release) -> str:
    """The local forge has its releases in git."""
    return f"see `git show {release.tag}`" if release.url.startswith("file:") else release.url
