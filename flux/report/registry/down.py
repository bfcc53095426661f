"""The output of `inv registry.down`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flux.commands.registry.down import Down

if TYPE_CHECKING:
    from flux.report.report import Report


def show_down(report: Report, done: Down, dry_run: bool) -> None:
    if report.document({"action": done}):
        return
    would = "would be " if dry_run else ""
    said = {
        Down.PURGED: f"registry: {would}removed, with its data",
        Down.STOPPED: f"registry: {would}stopped; its data stays (`--purge` deletes it)",
        Down.DOWN: "registry: none runs; the data of the last one stays (`--purge` deletes it)",
        Down.ABSENT: "registry: none is there",
    }
    report.print(said[done])
