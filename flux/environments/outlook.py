"""Reads the rules, and forecasts what happens next."""

from dataclasses import dataclass, field

from semver import Version

from flux.monorepo.desired import choose_artifacts
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.releases import releases
from flux.promotion.gates.auto import due, stopped, wants
from flux.promotion.gates.freeze import Freeze
from flux.promotion.gates.gate import GateVerdict, judge
from flux.promotion.gates.reason import Reason
from flux.promotion.gates.rule import Rule
from flux.promotion.gates.state import Course, GateState, is_higher
from flux.proposals.gate_states import GateStates


@dataclass(frozen=True)
class Outlook:
    """What happens to the next version of an environment. `by_rule` says that a rule promotes it, without a
    request. `stopped` says why no rule promotes it."""

    environment: str
    has: str | None
    version: str | None = None
    verdict: GateVerdict = field(default_factory=GateVerdict)
    by_rule: bool = False
    stopped: Reason | None = None


@dataclass(frozen=True)
class Ruled:
    """The rules of one artifact by phase, and its outlook."""

    artifact: str
    rules: dict[str, Rule]
    outlook: tuple[Outlook, ...]


@dataclass(frozen=True)
class Rules:
    """`rules` are the rules of phases, without those of artifacts."""

    rules: dict[str, Rule]
    freezes: tuple[Freeze, ...]
    artifacts: list[Ruled]


def find_rules(monorepo: Monorepo, artifact: str | None) -> Rules:
    """Return the rules, and the forecast for one artifact, or for all that have a next version. Raises
    RequestError if the artifact is unknown."""
    courses = GateStates(monorepo)
    own = {phase: monorepo.settings.rule("", phase) for phase in monorepo.settings.groups}
    names = choose_artifacts(monorepo, courses.desired, [] if artifact is None else [artifact])
    ruled = [_ruled(monorepo, courses, name) for name in names]
    shown = [each for each in ruled if artifact or any(one.version for one in each.outlook)]
    return Rules(own, courses.freezes, shown)


def _ruled(monorepo: Monorepo, courses: GateStates, artifact: str) -> Ruled:
    course = courses.course(artifact)
    versions = [str(each.version) for each in releases(monorepo, [artifact])]
    news = any(
        is_higher(version, courses.desired.get(artifact, {}).get(environment))
        for version in versions[-1:]
        for environment in monorepo.settings.environments
    )
    state = courses.state(artifact) if news else GateState(versions=courses.desired.get(artifact, {}))
    outlook = [
        _outlook(environment, versions, course, state, courses.now if news else 0)
        for environment in monorepo.settings.environments
    ]
    return Ruled(artifact, dict(course.rules), tuple(outlook))


def _outlook(environment: str, versions: list[str], course: Course, state: GateState, now: float) -> Outlook:
    """Return the next version by the rules, or else the newest stable version that a user could request."""
    phase, has = course.phase_of(environment), state.versions.get(environment)
    higher = [version for version in versions if is_higher(version, has)]
    by_rule = [version for version in higher if wants(version, environment, phase, course, state)]
    ready = next((each.version for each in due(by_rule, course, state, now) if each.phase == phase), None)
    stable = [version for version in higher if not Version.parse(version).prerelease]
    free = [version for version in by_rule if not stopped(version, phase, course, state, now)]
    candidates = [ready] if ready else free[-1:] or by_rule[-1:] or stable[-1:]
    if not candidates:
        return Outlook(environment, has)
    version = candidates[0]
    verdict = judge(version, environment, course, state, now)
    why = stopped(version, phase, course, state, now)
    return Outlook(environment, has, version, verdict, version in by_rule and not why, why)
