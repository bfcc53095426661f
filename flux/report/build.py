"""The output of `inv build`: the table of images and their JSON. `inv publish` shows its image alike."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from flux.monorepo.image_result import ImageAction, ImageResult
from flux.report.json_document import with_error
from flux.report.text import Link, Styled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flux.monorepo.builder import Build
    from flux.report.report import Report

HEADER = {
    dry_run: ("Artifact", "Would be" if dry_run else "Action", "Revision", "Tags", "Digest")
    for dry_run in (False, True)
}

_STYLES = {
    ImageAction.PUSHED: "green",
    ImageAction.TAGGED: "green",
    ImageAction.UNCHANGED: "dim",
    ImageAction.KEPT: "yellow",
    ImageAction.FAILED: "bold red",
}


@contextmanager
def building(report: Report, total: int, dry_run: bool) -> Iterator[Callable[[ImageResult], object]]:
    """Show a progress bar in a terminal. Elsewhere print a line for each finished artifact."""
    with report.working("planning" if dry_run else "building", total) as advance:
        yield advance if report.is_interactive else lambda result: _line(report, result, dry_run)


def show_build(report: Report, build: Build, digests: str | None, dry_run: bool) -> None:
    report.notices(build.notices)
    if not dry_run:
        report.digests(build.digests(), digests)
    report.summary(
        f"{'Plan for' if dry_run else 'Images of'} {build.commit[:12]}",
        HEADER[dry_run],
        [linked(report, result) for result in build.results],
    )
    if not report.document(document(build)):
        if build.results:
            changed_first = sorted(build.results, key=lambda result: result.action is ImageAction.UNCHANGED)
            report.table(HEADER[dry_run], [_row(report, result) for result in changed_first])
        else:
            report.print("No artifact changed: nothing to build.")
    report.failures((result.artifact, result.error) for result in build.failed)


def document(build: Build) -> dict[str, Any]:
    return {"commit": build.commit, "artifacts": [image_document(result) for result in build.results]}


def image_document(result: ImageResult) -> dict[str, Any]:
    """Return the JSON of an image."""
    document = {
        "artifact": result.artifact,
        "repository": result.repository,
        "digest": result.digest,
        "diff_id": result.diff_id,
        "revision": result.revision,
        "tags": list(result.tags),
        "action": result.action,
    }
    return with_error(document, result.error)


def _row(report: Report, result: ImageResult) -> tuple[str | Styled, ...]:
    """Return the row of an image in the table."""
    action = Styled(result.action, _STYLES[result.action])
    return result.artifact, action, _revision(result), " ".join(result.tags), report.digest(result.digest)


def linked(report: Report, result: ImageResult) -> tuple[str | Link, ...]:
    """Return the row of an image in the summary of a job."""
    revision = report.page(_revision(result), f"commit/{result.revision.partition(':')[2]}")
    return result.artifact, result.action, revision, " ".join(result.tags), result.digest or ""


def _revision(result: ImageResult) -> str:
    return result.revision.partition(":")[2][:12]


def _line(report: Report, result: ImageResult, dry_run: bool) -> None:
    """Print a result. If the width of lines is limited, the digest is shortened."""
    would = "would be " if dry_run else ""
    digest = report.digest(result.digest) if report.width else result.digest or ""
    said = f"{result.artifact}: {would}{result.action} {digest}".rstrip()
    report.log(said)
