"""The output of `inv release`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flux.report.changed import show_uncommitted
from flux.report.text import Link

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flux.commands.release import MadeRelease, PlannedRelease
    from flux.forge.forge import Release
    from flux.forge.place import Place
    from flux.report.report import Report


def show_planned_release(report: Report, planned: PlannedRelease) -> None:
    """Show the dry run of a release."""
    show_uncommitted(report, {planned.artifact: planned.uncommitted})
    report.notices(planned.notices)
    if not report.document(document(planned, planned.release)):
        report.print(f"{planned.tag} would be released at {_place(planned)}, with these notes:")
        report.print("")
        report.print(planned.notes, kept="\n")


def show_forge(
    report: Report, planned: PlannedRelease, place: Place, urls: Sequence[str], dry_run: bool = False
) -> None:
    """Show where a release will be made, unless the clone has no remote host. `urls` are all URLs of
    origin."""
    from flux.artifact.source_url import https_url, names_host

    goes = f"{planned.tag} {'would go' if dry_run else 'goes'} to"
    if place.host:
        report.progress(f"{goes} {place.host}/{place.repository}")
    elif url := next(filter(names_host, urls), ""):
        where = https_url(url) or "origin, whose URL names no host,"
        report.progress(f"{goes} {where} as a git tag, without a release page")


def show_released(report: Report, made: MadeRelease) -> None:
    planned, url = made.planned, made.release.url
    show_uncommitted(report, {planned.artifact: planned.uncommitted})
    report.notices([*planned.notices, *made.notices])
    report.outputs({"tag": planned.tag})
    row = (Link(planned.tag, url), planned.commit)
    report.summary(f"Release {planned.tag}", ("Release", "Commit"), [row])
    if not report.document(document(planned, made.release)):
        said = "is released already" if planned.release else "released"
        # The local forge stores its releases in git.
        where = f"`git show {planned.tag}`" if url.startswith("file:") else url
        report.print(f"{planned.tag}: {said} at {_place(planned)}, {where}")
    for error in made.failed:
        report.error(error)


def _place(planned: PlannedRelease) -> str:
    """Return the commit, and the release line if it is not main."""
    return planned.commit[:12] + (f" on {planned.line}" if planned.line else "")


def document(planned: PlannedRelease, release: Release | None) -> dict[str, Any]:
    return {
        "release": {
            "artifact": planned.artifact,
            "version": str(planned.version),
            "tag": planned.tag,
            "commit": planned.commit,
            "url": release.url or None if release else None,
            "notes": planned.notes,
            "branch": planned.line or None,
            "action": "found" if planned.release else "released",
        }
    }
