"""The output of `inv build`."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from flux.report.image_result import HEADER, image_document, linked, row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flux.monorepo.builder import Build
    from flux.monorepo.image_result import ImageResult
    from flux.report.report import Report


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
            changed_first = sorted(build.results, key=lambda result: result.action == "unchanged")
            report.table(HEADER[dry_run], [row(report, result) for result in changed_first])
        else:
            report.print("No artifact changed: nothing to build.")
    report.failures((result.artifact, result.error) for result in build.failed)


def document(build: Build) -> dict[str, Any]:
    return {"commit": build.commit, "artifacts": [image_document(result) for result in build.results]}


def _line(report: Report, result: ImageResult, dry_run: bool) -> None:
    """Print a result. If the width of lines is limited, the digest is shortened."""
    would = "would be " if dry_run else ""
    digest = report.digest(result.digest) if report.width else result.digest or ""
    said = f"{result.artifact}: {would}{result.action} {digest}".rstrip()
    report.log(said)
