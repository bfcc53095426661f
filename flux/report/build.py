"""What `inv build` and `inv publish` show."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from flux.report.text import Link, Styled, markdown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from flux.commands.build import Build, Result
    from flux.commands.publish import Published
    from flux.report.report import Report


_STYLES = {"pushed": "green", "tagged": "green", "unchanged": "dim", "kept": "yellow", "failed": "bold red"}


@contextmanager
def building(report: Report, total: int, dry_run: bool) -> Iterator[Callable[[Result], object]]:
    """A progress bar in a terminal, else a line for each artifact that is done."""
    with report.working("planning" if dry_run else "building", total) as advance:
        yield advance if report.is_interactive else lambda result: _line(report, result, dry_run)


def show_build(report: Report, build: Build, digests: str | None, dry_run: bool) -> None:
    report.notices(build.notices)
    if not dry_run:
        report.digests(build.digests(), digests)
    header = ("Artifact", "Would be" if dry_run else "Action", "Revision", "Tags", "Digest")
    report.summary(
        f"{'Plan for' if dry_run else 'Images of'} {build.commit[:12]}",
        header,
        [_linked(report, result) for result in build.results],
    )
    if not report.document(build.document()):
        if build.results:
            report.table(header, [_row(report, result) for result in build.results])
        else:
            report.print("No artifact changed: nothing to build.")
    for (error, hint), names in _grouped(build.failed).items():
        report.failure(names, error, hint)


def show_published(report: Report, published: Published, digests: str | None, dry_run: bool) -> None:
    report.notices(published.notices)
    result = published.result
    if result is None:
        report.document(published.document())
        return
    report.summary(
        f"Release {markdown(report.page(published.tag, f'releases/tag/{published.tag}'))}",
        ("Artifact", "Would be" if dry_run else "Action", "Revision", "Tags", "Digest"),
        [_linked(report, result)],
    )
    if result.error:
        report.document(published.document())
        report.failure([result.artifact], result.error, result.hint)
        return
    reference = result.repository + (f"@{result.digest}" if result.digest else "")
    if not dry_run:
        report.digests({result.artifact: reference}, digests)
    if report.document(published.document()):
        return
    would = "would be " if dry_run else ""
    same = f", same digest as {published.same_as}" if published.same_as else ""
    image = f"{result.repository}@{report.digest(result.digest)}"
    report.print(f"{published.tag}: {would}{result.action} {image}{same}")


def _linked(report: Report, result: Result) -> tuple[str | Link, ...]:
    """A row of the summary."""
    revision = report.page(_revision(result), f"commit/{result.revision.partition(':')[2]}")
    return result.artifact, result.action, revision, " ".join(result.tags), result.digest or ""


def _row(report: Report, result: Result) -> tuple[str | Styled, ...]:
    action = Styled(result.action, _STYLES[result.action])
    return result.artifact, action, _revision(result), " ".join(result.tags), report.digest(result.digest)


def _line(report: Report, result: Result, dry_run: bool) -> None:
    would = "would be " if dry_run else ""
    said = f"{result.artifact}: {would}{result.action} {result.digest or ''}".rstrip()
    report.log(said)


def _revision(result: Result) -> str:
    return result.revision.partition(":")[2][:12]


def _grouped(failed: Sequence[Result]) -> dict[tuple[str, str], list[str]]:
    groups: dict[tuple[str, str], list[str]] = {}
    for result in failed:
        groups.setdefault((result.error, result.hint), []).append(result.artifact)
    return groups
