"""The output of `inv changed`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flux.report.text import some, some_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flux.artifact.difference import FileDifference
    from flux.monorepo.changed import Changed
    from flux.report.report import Report

_HEADER = ("Artifact", "Changed files")
_MOST_CHARACTERS = 500_000
"""The limit for a step's summary is one mebibyte."""
_MOST_ENTRIES = 256
"""The most jobs of one matrix: docs.github.com, "Usage limits" of workflows."""


def show_changed(
    report: Report, changed: Changed, differences: dict[str, list[FileDifference]] | None = None
) -> None:
    report.notices(changed.notices)
    show_uncommitted(report, changed.uncommitted)
    found = {"artifacts": changed.artifacts, "matrix": matrix(changed.artifacts), "head": changed.head}
    report.outputs(found)
    gone = [(name, "removed") for name in changed.removed]
    report.summary("Changed artifacts", _HEADER, [*((n, some(p)) for n, p in changed.reasons.items()), *gone])
    if differences is not None:
        _fold(report, differences)
    if report.document(document(changed, differences)):
        return
    if not changed.reasons and not changed.removed:
        report.print("No artifact changed.")
        return
    report.table(_HEADER, [*((n, "\n".join(some_of(p))) for n, p in changed.reasons.items()), *gone])
    if differences:
        _show_files(report, differences)


def document(
    changed: Changed, differences: Mapping[str, Sequence[FileDifference]] | None = None
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "base": changed.base,
        "head": changed.head,
        "artifacts": changed.artifacts,
        "removed": changed.removed,
        "reasons": changed.reasons,
        "uncommitted": changed.uncommitted,
    }
    if differences is None:
        return found
    from flux.artifact.difference import render_patch

    return {**found, "diffs": {name: render_patch(files) for name, files in differences.items()}}


def matrix(artifacts: Sequence[str]) -> dict[str, Any]:
    """Return a `strategy.matrix`. `artifact` in an entry is a value for `-a`: names separated by commas."""
    size = -(-len(artifacts) // _MOST_ENTRIES) or 1
    groups = [artifacts[at : at + size] for at in range(0, len(artifacts), size)]
    return {"include": [{"artifact": ",".join(group)} for group in groups]}


def _show_files(report: Report, differences: Mapping[str, Sequence[FileDifference]]) -> None:
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
    """Report uncommitted changes. `uncommitted` has paths in the working tree, by artifact."""
    for name, paths in uncommitted.items():
        if paths:
            report.notice(f"{name}: not committed, so in no image: {some(paths)}")
