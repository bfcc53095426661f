"""What `inv changed` shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flux.report.text import some, some_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flux.artifact.difference import FileDifference
    from flux.monorepo.changed import Changed
    from flux.report.report import Report


# Of the mebibyte that a step's summary may have.
_MOST_CHARACTERS = 500_000


def show_changed(
    report: Report, changed: Changed, differences: dict[str, list[FileDifference]] | None = None
) -> None:
    report.notices(changed.notices)
    show_uncommitted(report, changed.uncommitted)
    document = changed.document()
    report.outputs({"artifacts": document["artifacts"], "matrix": changed.matrix()})
    header = ("Artifact", "Changed files")
    gone = [(name, "removed") for name in changed.removed]
    report.summary("Changed artifacts", header, [*((n, some(p)) for n, p in changed.reasons.items()), *gone])
    if differences is not None:
        from flux.artifact.difference import text

        document |= {"diffs": {name: text(files) for name, files in differences.items()}}
        _fold(report, differences)
    if report.document(document):
        return
    if not changed.reasons and not changed.removed:
        report.print("No artifact changed.")
        return
    report.table(header, [*((n, "\n".join(some_of(p))) for n, p in changed.reasons.items()), *gone])
    if differences:
        _show_files(report, differences)


def _show_files(report: Report, differences: dict[str, list[FileDifference]]) -> None:
    from flux.report.diff import show_file

    for name, files in differences.items():
        report.print(f"{name}:" if files else f"{name}: no file's content differs")
        for file in files:
            show_file(report, file)


def _fold(report: Report, differences: dict[str, list[FileDifference]]) -> None:
    from flux.artifact.difference import fenced

    for name, files in differences.items():
        block, is_whole = fenced(files, _MOST_CHARACTERS // len(differences))
        report.details(name, block if is_whole else f"{block}\n\nCut here: there is more.")


def show_uncommitted(report: Report, uncommitted: Mapping[str, Sequence[str]]) -> None:
    """Paths of the working tree, by artifact."""
    for name, paths in uncommitted.items():
        if paths:
            report.notice(f"{name}: not committed, so in no image: {some(paths)}")
