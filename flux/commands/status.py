"""The map that people look at: what each environment should have, and what it has."""

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from flux.commands.releases import commits_since, last_releases
from flux.commands.tag import Convergence, choose, desired_at, look
from flux.errors import FluxError
from flux.forge.forge import Forge, PullRequest, State
from flux.promotion.plan import Step
from flux.registry.target import Registry, Target
from flux.registry.versions import versions_of
from flux.repository import Repository
from flux.settings import Settings

PROMOTE = "promote/"


@dataclass(frozen=True)
class Row:
    """One artifact. `has` is, for each environment that drifts, the version whose image its tag points at."""

    artifact: str
    release: str | None
    commits_since: int | None
    steps: dict[str, Step]
    has: dict[str, str]


@dataclass(frozen=True)
class Status:
    environments: Sequence[str]
    rows: list[Row]
    promotions: list[PullRequest]
    notices: list[str] = field(default_factory=list)

    @property
    def steps(self) -> list[Step]:
        return [step for row in self.rows for step in row.steps.values()]

    @property
    def drifts(self) -> bool:
        return any(step.drifts for step in self.steps)

    def document(self) -> dict[str, Any]:
        return Convergence("", self.steps).document()


def status(
    repository: Repository,
    settings: Settings,
    registry: Registry,
    forge: Forge | None,
    names: Collection[str],
    on_done: Callable[[str], object],
) -> Status:
    """What is where, without changing anything. Raises TipUnknownError where the tip cannot be fetched."""
    tip = repository.tip(settings.branch)
    desired = desired_at(repository, settings, tip)
    chosen = choose(repository, settings, tip, desired, names)
    notices: list[str] = []
    releases = last_releases(settings, repository.home_tags(), chosen)
    for released in releases.values():
        repository.obtain(released.commit)
    since = commits_since(repository, settings, tip, releases)
    steps = look(settings, registry, chosen, desired, act=False, on_done=on_done)
    rows = []
    for name in chosen:
        own = {step.environment: step for step in steps if step.artifact == name}
        release = str(releases[name].version) if name in releases else None
        rows.append(
            Row(name, release, since.get(name), own, _actual(registry.repository(name), own.values()))
        )
    try:
        open_ = forge.pull_requests(State.OPEN) if forge else []
        promotions = [request for request in open_ if request.branch.startswith(PROMOTE)]
    except FluxError as error:
        promotions = []
        notices.append(f"open promotions are not shown: {error.message}")
    return Status(settings.environments, rows, promotions, notices)


def _actual(target: Target, steps: Iterable[Step]) -> dict[str, str]:
    """The version, else the digest, that each drifting environment has."""
    drifting = {step.environment: step.old for step in steps if step.old and step.old != step.new}
    with suppress(FluxError):
        versions = versions_of(target, target.tags() if drifting else [], set(drifting.values()))
        return {environment: versions.get(old, old) for environment, old in drifting.items()}
    return drifting
