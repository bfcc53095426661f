"""Collects what the board shows: where every artifact is, and its history."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from flux.environments.log import Logged, read_log
from flux.environments.outlook import Outlook, Rules, find_rules
from flux.environments.status import Row, Status, find_status
from flux.environments.version_differences import VersionDifference, compare_versions
from flux.errors import FluxError
from flux.forge.forge import PullRequest
from flux.monorepo.freezes import freezes_at
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.obtained_lines import obtain_lines
from flux.monorepo.release_details import ReleaseDetails, ReleaseReader
from flux.monorepo.releases import releases
from flux.monorepo.source_url import source_url
from flux.notice import AnyNotice, Notice, distinct
from flux.promotion.clusters.health import Health
from flux.promotion.gates.freeze import Freeze
from flux.promotion.gates.rule import Rule
from flux.promotion.measures import Arrival, Measures, measure
from flux.promotion.plan import Step
from flux.promotion.proposal import Promotion
from flux.settings.phases import Follow
from flux.working import Working, silently

_MOST_RELEASES = 20
_UNMEASURED = measure((), (), 0)


@dataclass(frozen=True)
class Cell:
    """The desired and the actual version in an environment. `since` is when the version became desired.

    `health` is None if reports of clusters are not read. `next` is None if there are no rules.
    """

    step: Step
    has: str | None
    since: float | None
    health: Health | None = None
    next: Outlook | None = None


@dataclass(frozen=True)
class BoardArtifact:
    """One artifact. Changes and releases have the newest first. `more_releases` counts those left out."""

    name: str
    image: str
    commits_since: int | None
    places: Mapping[str, Cell]
    releases: Sequence[ReleaseDetails]
    changes: Sequence[Logged]
    promotions: Sequence[tuple[Promotion, PullRequest]]
    comparisons: Sequence[VersionDifference]
    measures: Measures = _UNMEASURED
    more_releases: int = 0
    requests: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """The open pull requests that would change an environment, by environment."""


@dataclass(frozen=True)
class Board:
    """The board. `made` is its time, in seconds since the epoch. `source` is the repository's page, or empty.

    `rules` has the phases with own rules. `following` has the environments that get versions without a
    promotion, with what each follows. `former` has the changes of artifacts that are no more.
    """

    made: float
    source: str
    branch: str
    tip: str
    phases: Mapping[str, Sequence[str]]
    artifacts: Sequence[BoardArtifact]
    measures: Measures
    notices: Sequence[AnyNotice] = field(default_factory=tuple)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    freezes: Sequence[Freeze] = ()
    following: Mapping[str, Follow] = field(default_factory=dict)
    former: Sequence[Logged] = ()


def read_board(monorepo: Monorepo, now: float, working: Working = silently) -> Board:
    """Read everything, and write nothing. If a server does not answer, a notice says so.

    Raises TipUnknownError if the tip cannot be fetched, and DesiredStateError if the desired state is wrong.
    """
    obtain_lines(monorepo, merged=True)
    status = find_status(monorepo, [], working, with_requests=True)
    log = read_log(monorepo)
    notices = [*status.notices, *_silent(status), *log.notices]
    changes: dict[str, list[Logged]] = {row.artifact: [] for row in status.rows}
    former: list[Logged] = []
    for logged in log.changes:
        changes.get(logged.entry.artifact, former).append(logged)
    found = releases(monorepo, [*changes, *{logged.entry.artifact for logged in former}])
    details = ReleaseReader(monorepo, found)
    notices += details.notices
    phases = monorepo.settings.groups
    last = next(reversed(phases.values()), ())
    rules = _rules(monorepo, notices)
    following = _following(rules)
    artifacts = [
        _artifact(monorepo, row, status, changes[row.artifact], details, following.get(row.artifact, {}))
        for row in status.rows
    ]
    arrivals = {artifact.name: _arrivals(artifact.changes, details) for artifact in artifacts}
    return Board(
        now,
        source_url(monorepo),
        monorepo.settings.branch,
        monorepo.tip,
        phases,
        [replace(each, measures=measure(arrivals[each.name], last, now)) for each in artifacts],
        measure(chain(_arrivals(former, details), *arrivals.values()), last, now),
        tuple(distinct(notices)),
        {phase: rule for phase, rule in rules.rules.items() if not rule.is_plain},
        rules.freezes,
        {name: what for what in Follow for name in monorepo.settings.following(what)},
        former,
    )


def _silent(status: Status) -> list[Notice]:
    """Return why registries did not answer."""
    faults = [step.fault for step in status.failed if step.is_unknown or not step.environment]
    return [Notice(fault) for fault in faults if fault]


def _rules(monorepo: Monorepo, notices: list[AnyNotice]) -> Rules:
    """Return the rules and the forecast. Without rules, this sends no request to the forge."""
    try:
        if monorepo.settings.has_rules or freezes_at(monorepo, monorepo.tip):
            return find_rules(monorepo, None)
    except FluxError as error:
        notices.append(Notice(error, "rules are not shown"))
    return Rules({}, (), [])


def _following(rules: Rules) -> dict[str, dict[str, Outlook]]:
    """Return the next version by artifact and environment."""
    return {each.artifact: {one.environment: one for one in each.outlook} for each in rules.artifacts}


def _artifact(
    monorepo: Monorepo,
    row: Row,
    status: Status,
    changes: Sequence[Logged],
    details: ReleaseReader,
    following: Mapping[str, Outlook],
) -> BoardArtifact:
    """Return an artifact without its measures."""
    own = details.releases_of(row.artifact)
    places = {
        name: _place(row, step, changes, following.get(name)) for name, step in row.steps.items() if name
    }
    return BoardArtifact(
        row.artifact,
        monorepo.registry.name(row.artifact),
        row.commits_since,
        places,
        [details.release(released) for released in reversed(own[-_MOST_RELEASES:])],
        changes,
        [(p, pull) for p, pull in status.promotions or [] if p.artifact == row.artifact],
        compare_versions(monorepo, own, _wanted(places, monorepo.settings.environments)),
        more_releases=max(0, len(own) - _MOST_RELEASES),
        requests=row.requests,
    )


def _wanted(places: Mapping[str, Cell], order: Iterable[str]) -> dict[str, str]:
    """Return the desired versions by environment."""
    return {name: version for name in order if name in places and (version := places[name].step.version)}


def _place(row: Row, step: Step, changes: Sequence[Logged], following: Outlook | None) -> Cell:
    since = next((c.time for c in changes if c.entry.environment == step.environment), None)
    has = row.has.get(step.environment) or (step.version if not step.drifts else None)
    health = row.health.get(step.environment)
    return Cell(step, has, since, health, following)


def _arrivals(changes: Iterable[Logged], details: ReleaseReader) -> list[Arrival]:
    return [
        Arrival(
            *(e.artifact, e.environment, e.after, e.direction, logged.time, e.commit),
            released=logged.released,
            committed=details.committed(e.artifact, e.after),
        )
        for logged in changes
        for e in (logged.entry,)
    ]
