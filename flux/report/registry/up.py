"""The output of `inv registry.up`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flux.commands.registry.up import LocalRegistry, Up

if TYPE_CHECKING:
    from flux.report.report import Report

_SAID = {Up.CREATED: "created", Up.STARTED: "started again", Up.RUNNING: "runs already"}


def show_up(report: Report, local: LocalRegistry, dry_run: bool) -> None:
    if report.document(document(local)):
        return
    location = local.registry.location
    done = _SAID[local.action]
    if dry_run and local.action is not Up.RUNNING:
        done = f"would be {done}"
    report.print(f"{location}: {done}, {local.registry.image}")
    report.print(f"set `registry: {location}` in invoke.yaml, or `export INVOKE_FLUX_REGISTRY={location}`")


def document(local: LocalRegistry) -> dict[str, Any]:
    from flux.registry.container import CONTAINER_NAME

    return {
        "registry": local.registry.location,
        "image": local.registry.image,
        "container": CONTAINER_NAME,
        "volume": CONTAINER_NAME,
        "action": local.action,
    }
