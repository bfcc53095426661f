"""The output of `inv ack`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flux.promotion.texts.health import message
from flux.promotion.texts.times import shown_time
from flux.report.status import health_document

if TYPE_CHECKING:
    from flux.commands.ack import Acknowledged
    from flux.promotion.clusters.health import Health
    from flux.report.report import Report


def show_acknowledged(report: Report, told: Acknowledged) -> None:
    report.notices([*told.notices, *told.advanced.notices])
    report.summary("What the cluster said", ("What",), [(line,) for line in _lines(told)])
    if not report.document(document(told)):
        for line in _lines(told):
            report.print(line)
    report.failures(told.advanced.errors)


def document(told: Acknowledged) -> dict[str, Any]:
    return {
        "environment": told.name.environment if told.name else None,
        "digest": told.name.digest if told.name else None,
        "artifacts": {artifact: health_document(health) for artifact, health in told.healths.items()},
        "done": told.advanced.done,
    }


def _lines(told: Acknowledged) -> list[str]:
    environment = told.name.environment if told.name else ""
    lines = [_line(artifact, environment, health) for artifact, health in told.healths.items()]
    return [*lines, *told.advanced.done]


def _line(artifact: str, environment: str, health: Health) -> str:
    since = f" since {shown_time(health.since)}" if health.since is not None else ""
    back = ", as it did before it came back" if health.returned else ""
    why = f": {message(health)}" if health.cause else ""
    return f"{artifact}:{environment} is {health.state}{since}{back}{why}"
