"""What `inv registry.up` and `inv registry.down` show."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flux.commands.local_registry import Down, LocalRegistry
    from flux.report.report import Report


def show_up(report: Report, local: LocalRegistry, dry_run: bool) -> None:
    if report.document(local.document()):
        return
    location = local.registry.location
    done = {"created": "created", "started": "started again", "running": "runs already"}[local.action]
    if dry_run and local.action != "running":
        done = f"would be {done}"
    report.print(f"{location}: {done}, {local.registry.image}")
    report.print(f"set `registry: {location}` in invoke.yaml, or `export INVOKE_FLUX_REGISTRY={location}`")


def show_down(report: Report, done: Down, dry_run: bool) -> None:
    if report.document({"action": str(done)}):
        return
    would = "would be " if dry_run else ""
    said = {
        "purged": f"registry: {would}removed, with its data",
        "stopped": f"registry: {would}stopped; its data stay (`--purge` drops them)",
        "down": "registry: none runs; the data of the last one stay (`--purge` drops them)",
        "absent": "registry: none is there",
    }
    report.print(said[done])
