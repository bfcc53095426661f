"""Collects what the board shows: where every artifact is, and its history."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import chain, islice, pairwise

from semver import Version

from flux.artifact.difference import FileDifference, difference
from flux.artifact.versions import named_versions
from flux.environments.log import Logged, read_log
from flux.environments.outlook import Outlook, Rules, find_rules
from flux.environments.status import Row, Status, find_status
from flux.errors import FluxError
from flux.forge.forge import PullRequest
from flux.monorepo.freezes import freezes_at
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.released_files import released_files
from flux.monorepo.releases import Released, releases
from flux.monorepo.source_url import source_url
from flux.promotion.clusters.health import Health
from flux.promotion.gates.freeze import Freeze
from flux.promotion.gates.rule import Rule
from flux.promotion.marker import read_marker
from flux.promotion.measures import Arrival, Measures, measure
from flux.promotion.plan import Step
from flux.promotion.proposal import Promotion
from flux.settings.phases import Follow
from flux.working import Working, silently

_MOST_RELEASES = 20
_MOST_FILES = 50
_MOST_COMPARISONS = 4
_UNMEASURED = measure((), (), 0)


@dataclass(frozen=True)
class BoardRelease:
    """A release. `notes` is Markdown. `time` is in seconds since the epoch, or None if unknown. URLs are
    empty if there is no page."""

    version: str
    tag: str
    commit: str
    time: float | None
    notes: str = ""
    url: str = ""
    issue: str = ""


@dataclass(frozen=True)
class Cell:
    """The desired and the actual version in an environment. `since` is when the version became desired.

    `health` is None if reports of clusters are not read. `next` is None if there are no rules.
    """

    environment: str
    step: Step
    has: str | None
    since: float | None
    health: Health | None = None
    next: Outlook | None = None


@dataclass(frozen=True)
class VersionDifference:
    """The differences between two deployed versions. `names` are charts and images, each with both versions.
    `unknown` says why the differences are unknown."""

    old: str
    new: str
    environments: tuple[tuple[str, ...], tuple[str, ...]]
    names: tuple[tuple[str, str, str], ...] = ()
    files: tuple[FileDifference, ...] = ()
    more_files: int = 0
    unknown: str = ""


@dataclass(frozen=True)
class BoardArtifact:
    """One artifact. Changes and releases have the newest first. `more_releases` counts those left out."""

    name: str
    image: str
    commits_since: int | None
    places: Mapping[str, Cell]
    releases: Sequence[BoardRelease]
    changes: Sequence[Logged]
    promotions: Sequence[tuple[Promotion, PullRequest]]
    comparisons: Sequence[VersionDifference]
    measures: Measures = _UNMEASURED
    more_releases: int = 0


@dataclass(frozen=True)
class Board:
    """The board. `made` is its time, in seconds since the epoch. `source` is the repository's page, or empty.

    `rules` has the phases with own rules. `following` has the environments that get versions without a
    promotion, with what each follows.
    """

    made: float
    source: str
    branch: str
    tip: str
    phases: Mapping[str, Sequence[str]]
    artifacts: Sequence[BoardArtifact]
    measures: Measures
    notices: Sequence[str] = field(default_factory=tuple)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    freezes: Sequence[Freeze] = ()
    following: Mapping[str, Follow] = field(default_factory=dict)


def read_board(monorepo: Monorepo, now: float, working: Working = silently) -> Board:
    """Read everything, and write nothing. If a server does not answer, a notice says so.

    Raises TipUnknownError if the tip cannot be fetched, and DesiredStateError if the desired state is wrong.
    """
    status = find_status(monorepo, [], working)
    log = read_log(monorepo)
    notices = [*status.notices, *_silent(status), *log.notices]
    found = releases(monorepo, [row.artifact for row in status.rows])
    told = _Told(monorepo, found, notices)
    phases = monorepo.settings.groups
    last = next(reversed(phases.values()), ())
    changes: dict[str, list[Logged]] = {row.artifact: [] for row in status.rows}
    for logged in log.changes:
        if logged.entry.artifact in changes:
            changes[logged.entry.artifact].append(logged)
    rules = _rules(monorepo, notices)
    following = _following(rules)
    artifacts = [
        _artifact(monorepo, row, status, changes[row.artifact], told, following.get(row.artifact, {}))
        for row in status.rows
    ]
    arrivals = {artifact.name: _arrivals(artifact.changes, told) for artifact in artifacts}
    return Board(
        now,
        source_url(monorepo),
        monorepo.settings.branch,
        monorepo.tip,
        phases,
        [replace(each, measures=measure(arrivals[each.name], last, now)) for each in artifacts],
        measure(chain.from_iterable(arrivals.values()), last, now),
        tuple(dict.fromkeys(notices)),
        {phase: rule for phase, rule in rules.rules.items() if not rule.is_plain},
        rules.freezes,
        {name: what for what in Follow for name in monorepo.settings.following(what)},
    )


def _silent(status: Status) -> list[str]:
    """Return why registries did not answer."""
    faults = [step.fault for step in status.failed if step.is_unknown or not step.environment]
    return [fault.message for fault in faults if fault]


def _rules(monorepo: Monorepo, notices: list[str]) -> Rules:
    """Return the rules and the forecast. Without rules, this sends no request to the forge."""
    try:
        if monorepo.settings.has_rules or freezes_at(monorepo, monorepo.tip):
            return find_rules(monorepo, None)
    except FluxError as error:
        notices.append(f"rules are not shown: {error.message}")
    return Rules({}, (), [])


def _following(rules: Rules) -> dict[str, dict[str, Outlook]]:
    """Return the next version by artifact and environment."""
    return {each.artifact: {one.environment: one for one in each.outlook} for each in rules.artifacts}


def _artifact(
    monorepo: Monorepo,
    row: Row,
    status: Status,
    changes: Sequence[Logged],
    told: "_Told",
    following: Mapping[str, Outlook],
) -> BoardArtifact:
    """Return an artifact without its measures."""
    own = told.releases_of(row.artifact)
    places = {
        name: _place(row, step, changes, following.get(name)) for name, step in row.steps.items() if name
    }
    return BoardArtifact(
        row.artifact,
        monorepo.registry.name(row.artifact),
        row.commits_since,
        places,
        [told.release(released) for released in reversed(own[-_MOST_RELEASES:])],
        changes,
        [(p, pull) for p, pull in status.promotions or [] if p.artifact == row.artifact],
        _comparisons(monorepo, own, places, monorepo.settings.environments),
        more_releases=max(0, len(own) - _MOST_RELEASES),
    )


class _Told:
    """What tags and the forge say about releases, read once."""

    def __init__(self, monorepo: Monorepo, found: Sequence[Released], notices: list[str]) -> None:
        self._found: dict[str, list[Released]] = {}
        for released in found:
            self._found.setdefault(released.artifact, []).append(released)
        self._made = monorepo.git.made({released.tag: released.commit for released in found})
        self._committed = monorepo.git.commit_times([released.commit for released in found])
        self._commits = {(r.artifact, str(r.version)): r.commit for r in found}
        self._releases: dict[str, tuple[float, str, str]] = {}
        self._issues: dict[Promotion, str] = {}
        try:
            forge = monorepo.forge
            self._releases = {r.tag: (r.published, r.body, r.url) for r in forge.releases()}
            for issue in forge.issues(monorepo.settings.label):
                if promotion := read_marker(issue.body):
                    self._issues[promotion] = issue.url
        except FluxError as error:
            notices.append(f"notes and issues are not shown: {error.message}")

    def releases_of(self, artifact: str) -> list[Released]:
        """Return the releases of an artifact, the lowest version first."""
        return self._found.get(artifact, [])

    def release(self, released: Released) -> BoardRelease:
        published, notes, url = self._releases.get(released.tag, (None, "", ""))
        issue = self._issues.get(Promotion(released.artifact, str(released.version)), "")
        time = published or self._made.get(released.tag)
        return BoardRelease(str(released.version), released.tag, released.commit, time, notes, url, issue)

    def committed(self, artifact: str, version: str | None) -> float | None:
        """Return the time of the commit of a release."""
        commit = self._commits.get((artifact, version or ""))
        return self._committed.get(commit) if commit else None


def _place(row: Row, step: Step, changes: Sequence[Logged], following: Outlook | None) -> Cell:
    since = next((c.time for c in changes if c.entry.environment == step.environment), None)
    has = row.has.get(step.environment) or (step.version if not step.drifts else None)
    health = row.health.get(step.environment)
    return Cell(step.environment, step, has, since, health, following)


def _arrivals(changes: Iterable[Logged], told: _Told) -> list[Arrival]:
    return [
        Arrival(
            *(e.artifact, e.environment, e.after, e.direction, logged.time, e.commit),
            released=logged.released,
            committed=told.committed(e.artifact, e.after),
        )
        for logged in changes
        for e in (logged.entry,)
    ]


def _comparisons(
    monorepo: Monorepo, own: Sequence[Released], places: Mapping[str, Cell], order: Sequence[str]
) -> list[VersionDifference]:
    """Compare each desired version with the next higher one."""
    wanted: dict[str, list[str]] = {}
    for environment in order:
        if (place := places.get(environment)) and place.step.version:
            wanted.setdefault(place.step.version, []).append(environment)
    versions = sorted(wanted, key=Version.parse, reverse=True)
    tagged = {str(released.version): released for released in own}
    return [
        _compare(monorepo, tagged, old, new, (tuple(wanted[old]), tuple(wanted[new])))
        for new, old in islice(pairwise(versions), _MOST_COMPARISONS)
    ]


def _compare(
    monorepo: Monorepo,
    tagged: Mapping[str, Released],
    old: str,
    new: str,
    environments: tuple[tuple[str, ...], tuple[str, ...]],
) -> VersionDifference:
    if missing := next((version for version in (old, new) if version not in tagged), None):
        return VersionDifference(old, new, environments, unknown=f"no release has version {missing}")
    try:
        before, after = (released_files(monorepo, tagged[version]) for version in (old, new))
    except FluxError as error:
        return VersionDifference(old, new, environments, unknown=error.message)
    files = difference(before, after)
    names: list[tuple[str, str, str]] = []
    with suppress(RecursionError):
        was, now = named_versions(before), named_versions(after)
        names = [
            (name, ", ".join(sorted(was.get(name, ()))), ", ".join(sorted(now.get(name, ()))))
            for name in sorted(was.keys() | now.keys())
            if was.get(name) != now.get(name)
        ]
    more = max(0, len(files) - _MOST_FILES)
    return VersionDifference(old, new, environments, tuple(names), tuple(files[:_MOST_FILES]), more)
