"""Compares what each environment should have with what it has."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from time import time

from flux.errors import DesiredStateError, FluxError, OutdatedSettingsError
from flux.forge.forge import PullRequest, PullState
from flux.monorepo.desired import choose_artifacts, desired_at, stray_of
from flux.monorepo.desired_history import change_of, history
from flux.monorepo.drift import Looked, look
from flux.monorepo.followers import strayed
from flux.monorepo.freezes import freezes_at
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.obtained_lines import obtain_lines
from flux.monorepo.releases import commits_since, last_releases
from flux.monorepo.tip_settings import find_outdated_settings
from flux.notice import AnyNotice, Notice
from flux.parallel import in_parallel, meanwhile
from flux.promotion.clusters.health import Health, Running
from flux.promotion.desired import Desired
from flux.promotion.gates.freeze import Freeze
from flux.promotion.plan import Action, Step
from flux.promotion.proposal import Promotion, promotion_of_branch
from flux.registry.target import Target
from flux.registry.versions import versions_of
from flux.settings.phases import Follow
from flux.working import Working, silently


@dataclass(frozen=True)
class Row:
    """One artifact. `has` is the actual version of each drifting environment.

    `since` is when main gave an environment its version, in seconds since the epoch. Only named artifacts
    have it.
    """

    artifact: str
    release: str | None
    commits_since: int | None
    steps: dict[str, Step]
    has: dict[str, str]
    since: dict[str, int] = field(default_factory=dict)
    requests: dict[str, list[int]] = field(default_factory=dict)
    """The open pull requests that would change an environment, if they were asked for."""
    health: dict[str, Health] = field(default_factory=dict)
    """By environment, how clusters run the image of its tag."""


@dataclass(frozen=True)
class Status:
    """`promotions` are the open ones, each with its pull request, or None if the forge did not answer.

    `outdated` is an error if the tip has other settings. Then all of this may be wrong.
    """

    environments: Sequence[str]
    rows: list[Row]
    promotions: list[tuple[Promotion, PullRequest]] | None
    notices: list[AnyNotice] = field(default_factory=list)
    now: float = 0
    """The time by the clock of the forge. It is set if reports of clusters are read."""
    outdated: OutdatedSettingsError | None = None
    strayed: Sequence[AnyNotice] = ()
    """A notice for each environment that has something else than the release or the tip that it follows."""
    freezes: Sequence[Freeze] = ()

    @property
    def steps(self) -> list[Step]:
        return [step for row in self.rows for step in row.steps.values()]

    @property
    def failed(self) -> list[Step]:
        return [step for step in self.steps if step.action == Action.FAILED]

    def lags(self, behind: float) -> bool:
        """Whether a cluster fails, or has been waiting for more than `behind` seconds."""
        every = [health for row in self.rows for health in row.health.values()]
        return any(
            health.state is Running.FAILING
            or (health.state is Running.WAITING and self.now - (health.since or self.now) > behind)
            for health in every
        )

    @property
    def drifts(self) -> bool:
        return bool(self.strayed) or any(step.drifts for step in self.steps)


def find_status(
    monorepo: Monorepo,
    names: Collection[str],
    working: Working = silently,
    thorough: bool = False,
    with_requests: bool = False,
) -> Status:
    """Return which version is in which environment. This changes nothing.

    With `thorough`, tags that are as desired are also compared with what git builds. With `with_requests`,
    the commits of open pull requests are read. Raises TipUnknownError if the tip cannot be fetched.
    """
    with (
        meanwhile(lambda: monorepo.forge.pull_requests(PullState.OPEN)) as pull_requests,
        meanwhile(lambda: monorepo.home_tags) as home_tags,
    ):
        tip = monorepo.tip
        obtain_lines(monorepo)
        outdated = find_outdated_settings(monorepo)
        try:
            desired = desired_at(monorepo, tip)
        except DesiredStateError as error:
            raise outdated or error from error
        if outdated and any(stray_of(monorepo, name, versions) for name, versions in desired.items()):
            raise outdated  # the newer settings may have that environment
        chosen = choose_artifacts(monorepo, desired, names)
        home_tags()
        releases = last_releases(monorepo, chosen)
        since = commits_since(monorepo, tip, releases)

        def row(looked: Looked) -> Row:
            name = looked.artifact
            release = str(releases[name].version) if name in releases else None
            by_environment = {step.environment: step for step in looked.steps}
            return Row(name, release, since.get(name), by_environment, {})

        def more(row: Row) -> Row:
            has = _actual(monorepo.registry.repository(row.artifact), _drifting(row), monorepo.settings.jobs)
            times = _times(monorepo, row.artifact, tip, row.steps) if names else {}
            return replace(row, has=has, since=times)

        with working("looking", len(chosen)) as on_done:
            looked = look(monorepo, chosen, desired, on_done, thorough=thorough)
        rows = {row.artifact: row for row in map(row, looked)}
        asked = [row for row in rows.values() if names or _drifting(row)]
        rows |= {row.artifact: row for row in in_parallel(monorepo.settings.jobs, more, asked)}
        notices: list[AnyNotice] = [Notice(outdated, then=outdated.hint)] if outdated else []
        astray = _strayed(monorepo, chosen)
        notices += astray
        freezes, unread = _freezes(monorepo)
        notices += unread
        now, rows, unknown = _with_health(monorepo, rows)
        notices += unknown
        promotions, hidden = _promotions(monorepo, pull_requests, chosen)
        notices += hidden
        requests = _requests(monorepo, desired, promotions) if with_requests else {}
    shown = [replace(rows[name], requests=requests.get(name, {})) for name in chosen]
    return Status(monorepo.settings.environments, shown, promotions, notices, now, outdated, astray, freezes)


def _freezes(monorepo: Monorepo) -> tuple[Sequence[Freeze], Sequence[Notice]]:
    """Return the freezes of the tip that have not ended."""
    try:
        freezes = freezes_at(monorepo, monorepo.tip)
    except DesiredStateError as error:
        return (), [Notice(error, "freezes are not shown")]
    now = time()
    return [freeze for freeze in freezes if freeze.lasts(now)], ()


def _strayed(monorepo: Monorepo, names: Sequence[str]) -> Sequence[AnyNotice]:
    """Return a notice for each environment that does not have what it follows, or may not have it."""
    if not any(monorepo.settings.following(follow) for follow in Follow):
        return ()

    def one(name: str) -> Sequence[AnyNotice]:
        try:
            return strayed(monorepo, name)
        except FluxError as error:
            return [Notice(error, f"it is not known whether {name} has what its environments follow")]

    found = in_parallel(monorepo.settings.jobs, one, names)
    return tuple(sorted((notice for notices in found for notice in notices), key=str))


def _with_health(monorepo: Monorepo, rows: dict[str, Row]) -> tuple[float, dict[str, Row], list[Notice]]:
    """Return the time of the forge, the rows with what clusters report, and a notice if that is unknown."""
    from flux.proposals.cluster_health import Clusters, follows

    if not follows(monorepo):
        return 0, rows, []
    try:
        clusters = Clusters(monorepo)
        clusters.expect(rows)
        found = {name: replace(row, health=clusters.health(name, row.steps)) for name, row in rows.items()}
        return clusters.now, found, []
    except FluxError as error:
        return 0, rows, [Notice(error, "what clusters say is not shown")]


def _promotions(
    monorepo: Monorepo, wait: Callable[[], Sequence[PullRequest] | None], names: Collection[str]
) -> tuple[list[tuple[Promotion, PullRequest]] | None, Sequence[Notice]]:
    """Return the open promotions of the named artifacts. None and a notice if the forge does not answer."""
    try:
        pulls = wait()
    except FluxError as error:
        return None, [Notice(error, "open promotions are not shown")]
    if pulls is None:
        return None, ()
    found = [(promotion_of_branch(p.branch, names), p) for p in pulls if p.base == monorepo.settings.branch]
    return [(promotion, pull) for promotion, pull in found if promotion], ()


def _requests(
    monorepo: Monorepo,
    desired: Desired,
    promotions: Sequence[tuple[Promotion, PullRequest]] | None,
) -> dict[str, dict[str, list[int]]]:
    """Return the pull requests that would change artifacts, by artifact and environment. Those whose commits
    cannot be fetched are left out."""
    if not promotions:
        return {}
    found: dict[str, dict[str, list[int]]] = {}
    with suppress(FluxError):
        monorepo.git.obtain_all(pull.head for _, pull in promotions)
    for promotion, pull in promotions:
        with suppress(FluxError):
            versions = desired_at(monorepo, pull.head).get(promotion.artifact, {})
            now = desired.get(promotion.artifact, {})
            for environment, version in versions.items():
                if version == promotion.version != now.get(environment):
                    of = found.setdefault(promotion.artifact, {})
                    of.setdefault(environment, []).append(pull.number)
    return found


def _times(monorepo: Monorepo, artifact: str, commit: str, environments: Iterable[str]) -> dict[str, int]:
    """Return when main gave environments their versions. A shallow clone may not have all of these times."""
    with suppress(FluxError):
        states = list(history(monorepo, artifact, commit))
        changes = {environment: change_of(states, environment) for environment in environments}
        return {environment: change.time for environment, change in changes.items() if change}
    return {}


def _drifting(row: Row) -> dict[str, str]:
    """Return the actual digests of environments that do not have the desired one."""
    return {name: step.old for name, step in row.steps.items() if step.old and step.old != step.new}


def _actual(target: Target, drifting: Mapping[str, str], jobs: int) -> dict[str, str]:
    """Return the version, or else the digest, of each drifting environment."""
    with suppress(FluxError):
        versions = versions_of(target, target.tags() if drifting else [], set(drifting.values()), jobs)
        return {environment: versions.get(old, old) for environment, old in drifting.items()}
    return dict(drifting)
