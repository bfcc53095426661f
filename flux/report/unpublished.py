"""The versions that are desired and not published, as one error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flux.errors import FluxError
from flux.promotion.plan import Action
from flux.report.text import MOST_NAMES, counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flux.promotion.plan import Step
    from flux.report.report import Report

_FEW = 2
"""So many are told one by one, each with its environments."""


def show_failed(report: Report, steps: Sequence[Step], release_tag: str = "") -> None:
    """What could not be done, and why. `release_tag` is the form of release tags."""
    missing = [step for step in steps if step.action == Action.MISSING]
    versions = {(step.artifact, step.version or ""): 0 for step in missing}
    if len(versions) > _FEW:
        report.error(_unpublished(missing, release_tag))
        steps = [step for step in steps if step.action != Action.MISSING]
    report.failures((step.name, step.fault) for step in steps)


def _unpublished(steps: Sequence[Step], release_tag: str) -> FluxError:
    environments: dict[tuple[str, str], list[str]] = {}
    for step in steps:
        environments.setdefault((step.artifact, step.version or ""), []).append(step.environment)
    listed = [f"{name} {version} ({_where(names)})" for (name, version), names in environments.items()]
    more = f" and {len(listed) - MOST_NAMES} more" if len(listed) > MOST_NAMES else ""
    (artifact, version), *_ = environments
    return FluxError(
        f"{counted(len(listed), 'version')} are not published: {', '.join(listed[:MOST_NAMES])}{more}",
        f"`inv publish {_tag(release_tag, artifact, version)}` publishes one, `inv reconcile` all of them",
    )


def _where(environments: Sequence[str]) -> str:
    return environments[0] if len(environments) == 1 else f"{len(environments)} environments"


def _tag(form: str, artifact: str, version: str) -> str:
    return form.replace("{artifact}", artifact).replace("{version}", version) or "TAG"
