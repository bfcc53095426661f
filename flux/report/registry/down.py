"""The output of `inv registry.down`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flux.commands.registry.down import Down
    from flux.report.report import Report


def show_down(report: Report, done: Down, dry_run: bool) -> None:
    if report.document({"action": done}):
        return
    would = "would be " if dry_run else ""
    said = {
        "purged": f"registry: {would}removed, with its data",
        "stopped": f"registry: {would}stopped; its data stays (`--purge` deletes it)",
        "down": "registry: none runs; the data of the last one stays (`--purge` deletes it)",
        "absent": "registry: none is there",
    }
    report.print(said[done])
