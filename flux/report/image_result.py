"""The image of an artifact in the output of `inv build` and `inv publish`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flux.report.record import with_error
from flux.report.text import Link, Styled

if TYPE_CHECKING:
    from flux.monorepo.image_result import ImageResult
    from flux.report.report import Report

HEADER = {
    dry_run: ("Artifact", "Would be" if dry_run else "Action", "Revision", "Tags", "Digest")
    for dry_run in (False, True)
}

_STYLES = {"pushed": "green", "tagged": "green", "unchanged": "dim", "kept": "yellow", "failed": "bold red"}


def image_document(result: ImageResult) -> dict[str, Any]:
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


def linked(report: Report, result: ImageResult) -> tuple[str | Link, ...]:
    """Return a row of the summary."""
    revision = report.page(_revision(result), f"commit/{result.revision.partition(':')[2]}")
    return result.artifact, result.action, revision, " ".join(result.tags), result.digest or ""


def row(report: Report, result: ImageResult) -> tuple[str | Styled, ...]:
    """Return a row of the table."""
    action = Styled(result.action, _STYLES[result.action])
    return result.artifact, action, _revision(result), " ".join(result.tags), report.digest(result.digest)


def _revision(result: ImageResult) -> str:
    return result.revision.partition(":")[2][:12]
