"""What `inv changed` shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flux.report.text import some, some_of

if TYPE_CHECKING:
    from flux.commands.changed import Changed
    from flux.report.report import Report


def show_changed(report: Report, changed: Changed) -> None:
    report.notices(changed.notices)
    _show_uncommitted(report, changed.uncommitted)
    document = changed.document()
    report.outputs({"artifacts": document["artifacts"], "matrix": changed.matrix()})
    header = ("Artifact", "Changed files")
    gone = [(name, "removed") for name in changed.removed]
    report.summary("Changed artifacts", header, [*((n, some(p)) for n, p in changed.reasons.items()), *gone])
    if report.document(document):
        return
    if not changed.reasons and not changed.removed:
        report.print("No artifact changed.")
        return
    report.table(header, [*((n, "\n".join(some_of(p))) for n, p in changed.reasons.items()), *gone])


def _show_uncommitted(report: Report, uncommitted: dict[str, list[str]]) -> None:
    for name, paths in uncommitted.items():
        report.notice(f"{name}: not committed, so in no image: {some(paths)}")
