"""Reports desired versions that are not published as one error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flux.errors import UnpublishedError
from flux.listing import counted, listed
from flux.promotion.plan import Action

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flux.errors import FluxError
    from flux.promotion.plan import Step
    from flux.report.report import Report

_FEW = 2
"""Up to this number, each version has its own error with its environments."""


def show_failed(report: Report, steps: Sequence[Step], release_tag: str = "") -> None:
    """Report what failed, and why. `release_tag` is the format of release tags."""
    missing = [step for step in steps if step.action == Action.MISSING]
    versions = {(step.artifact, step.version or ""): 0 for step in missing}
    if len(versions) > _FEW:
        report.error(_unpublished(missing, release_tag))
        steps = [step for step in steps if step.action != Action.MISSING]
    report.failures((step.name, _fault(step, release_tag)) for step in steps)


def _fault(step: Step, release_tag: str) -> FluxError | None:
    """Return why a step failed. For a missing version, the hint is to publish its release tag."""
    if step.action != Action.MISSING or not step.fault:
        return step.fault
    tag = _tag(release_tag, step.artifact, step.version or "")
    return UnpublishedError(
        step.fault.message, f"publish it with `inv publish {tag}`, then run `inv tag` again"
    )


def _unpublished(steps: Sequence[Step], release_tag: str) -> UnpublishedError:
    environments: dict[tuple[str, str], list[str]] = {}
    for step in steps:
        environments.setdefault((step.artifact, step.version or ""), []).append(step.environment)
    versions = [f"{name} {version} ({_where(names)})" for (name, version), names in environments.items()]
    (artifact, version), *_ = environments
    return UnpublishedError(
        f"{counted(len(versions), 'version')} are not published: {listed(versions)}",
        f"`inv publish {_tag(release_tag, artifact, version)}` publishes one, `inv reconcile` all of them",
    )


def _where(environments: Sequence[str]) -> str:
    return environments[0] if len(environments) == 1 else f"{len(environments)} environments"


def _tag(form: str, artifact: str, version: str) -> str:
    return form.replace("{artifact}", artifact).replace("{version}", version) or "TAG"
