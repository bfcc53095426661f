"""The output of `inv publish`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flux.report.build import HEADER, image_document, linked
from flux.report.text import markdown

if TYPE_CHECKING:
    from flux.monorepo.publishing import Published
    from flux.report.report import Report


def show_published(report: Report, published: Published, digests: str | None, dry_run: bool) -> None:
    report.notices(published.notices)
    result = published.result
    if result is None:
        report.document(document(published))
        return
    page = markdown(report.page(published.tag, f"releases/tag/{published.tag}"))
    report.summary(f"Release {page}", HEADER[dry_run], [linked(report, result)])
    if result.error:
        report.document(document(published))
        report.error(result.error, [result.artifact])
        return
    reference = result.repository + (f"@{result.digest}" if result.digest else "")
    if not dry_run:
        report.digests({result.artifact: reference}, digests, {published.about: reference})
    if published.unreleased:
        report.error(published.unreleased, [f"{published.tag} has no release"])
    if report.document(document(published)):
        return
    would = "would be " if dry_run else ""
    same = f", same digest as {published.same_as}" if published.same_as else ""
    report.print(f"{published.tag}: {would}{result.action} {reference}{same}")


def document(published: Published) -> dict[str, Any]:
    return {
        "tag": published.tag,
        "artifacts": [image_document(published.result)] if published.result else [],
        "same_as": published.same_as or None,
    }
