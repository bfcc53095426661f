"""Reads the report of a cluster, which is a commit status from Flux, and advances promotions."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flux.errors import FluxError, RequestError
from flux.event import StatusSet, read_status_event
from flux.forge.reporting import CommitStatus
from flux.monorepo.desired import desired_at
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.obtained_lines import obtain_lines
from flux.monorepo.tip_settings import require_current_settings
from flux.notice import AnyNotice
from flux.parallel import in_parallel
from flux.promotion.clusters.health import Health
from flux.promotion.clusters.status import StatusName, parse_name
from flux.proposals.advance import Advance
from flux.proposals.by_rule import Advanced
from flux.proposals.cluster_reports import may_report
from flux.proposals.gate_states import GateStates
from flux.proposals.sync import Syncer

_MOST_SHOWN = 80


@dataclass(frozen=True)
class Acknowledged:
    """`healths` has the artifacts whose tag for the environment of the status has its digest."""

    name: StatusName | None
    healths: dict[str, Health] = field(default_factory=dict)
    advanced: Advanced = field(default_factory=Advanced)
    notices: Sequence[AnyNotice] = ()


def acknowledge(monorepo: Monorepo, path: str | None) -> Acknowledged:
    """Read the report in the event that started this run, or in a file.

    GitHub stores the status itself. The event only says which status to read. Raises RequestError if there
    is no event.
    """
    obtain_lines(monorepo, merged=True)
    require_current_settings(monorepo)
    status = read_status_event(path) if path else monorepo.event.change
    if not isinstance(status, StatusSet):
        raise RequestError(
            "there is no status to read",
            "run `inv ack --event FILE` with the payload of a GitHub `status` event",
        )
    name = parse_name(status.context)
    if name is None:
        shown = ascii(status.context[:_MOST_SHOWN])
        return Acknowledged(None, notices=(f"{shown} is not a cluster's status: nothing changes",))
    if name.environment not in monorepo.settings.environments:
        return Acknowledged(name, notices=(f"there is no environment {name.environment}: nothing changes",))
    return _take(monorepo, status, name)


def _take(monorepo: Monorepo, status: StatusSet, name: StatusName) -> Acknowledged:
    courses = GateStates(monorepo)
    if not may_report(monorepo.settings, status.sender, name.environment):
        why = f"{status.sender} may not report for {name.environment}: nothing changes"
        return Acknowledged(name, notices=(why,))
    time = min(status.time, monorepo.forge.now())
    told = CommitStatus(status.id, status.context, status.state, status.description, status.sender, time)
    monorepo.forge.keep_status(status.commit, told)
    artifacts = _artifacts(monorepo, name)
    if not artifacts:
        why = f"no artifact's tag {name.environment} has {name.digest[:19]}: nothing changes"
        return Acknowledged(name, notices=(why,))
    advance = Advance(monorepo, courses)
    advanced = advance.advance(artifacts)
    synced = Syncer(monorepo).sync(artifacts=artifacts)
    advanced.notices.extend(synced.notices)
    for one in synced.promotions:
        about = f"{one.promotion.artifact} {one.promotion.version}"
        advanced.done.extend(f"{about}: {text}" for text in one.repaired)
        if one.error:
            advanced.errors.append((about, one.error))
    healths = {
        artifact: found[name.environment]
        for artifact, found in advanced.healths.items()
        if name.environment in found
    }
    return Acknowledged(name, healths, advanced)


def _artifacts(monorepo: Monorepo, name: StatusName) -> list[str]:
    """Return the artifacts whose tag for the environment has the digest of the status."""
    desired = desired_at(monorepo, monorepo.tip)
    deployed = [artifact for artifact, versions in desired.items() if name.environment in versions]

    def has(artifact: str) -> str:
        try:
            digest = monorepo.registry.repository(artifact).resolve(name.environment)
        except FluxError:
            return ""  # the registry does not answer: a later run reads the status
        return artifact if digest == name.digest else ""

    return sorted(filter(None, in_parallel(monorepo.settings.jobs, has, deployed)))
