"""The versions that rules promote now, without a person."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from semver import Version

from flux.promotion.gates.failure import stopped_in
from flux.promotion.gates.gate import judge
from flux.promotion.gates.reason import PhaseRolledBack, Reason
from flux.promotion.gates.rule import Auto, step_between
from flux.promotion.gates.soak import still_soaks
from flux.promotion.gates.state import Course, GateState, is_higher


@dataclass(frozen=True)
class Next:
    """A version that goes to environments of one phase."""

    phase: str
    version: str
    environments: tuple[str, ...]


def due(releases: Collection[str], course: Course, state: GateState, now: float) -> list[Next]:
    """Return, for each phase that promotes by itself, the newest version that qualifies, and where it goes.

    A rule never promotes a lower version, one that was rolled back, or one that fails. It does not replace a
    version that soaks for a later phase: a newer version would start the soak again.
    """
    found = (_newest(releases, phase, course, state, now) for phase in course.groups)
    return [each for each in found if each]


def _newest(
    releases: Collection[str], phase: str, course: Course, state: GateState, now: float
) -> Next | None:
    if course.rules[phase].auto is Auto.NEVER:
        return None
    for version in sorted(releases, key=Version.parse, reverse=True):
        environments = tuple(_open_to(version, phase, course, state, now))
        if environments:
            return Next(phase, version, environments)
    return None


def _open_to(version: str, phase: str, course: Course, state: GateState, now: float) -> Iterator[str]:
    """Yield the environments of a phase that a rule may give a version."""
    if stopped(version, phase, course, state, now):
        return
    for environment in course.groups[phase]:
        if (
            wants(version, environment, phase, course, state)
            and not soaks(environment, course, state, now)
            and judge(version, environment, course, state, now).allowed
        ):
            yield environment


def wants(version: str, environment: str, phase: str, course: Course, state: GateState) -> bool:
    """Whether a version is a step up that the rule of the phase makes by itself."""
    has = state.versions.get(environment)
    step = step_between(has, Version.parse(version))
    return is_higher(version, has) and course.rules[phase].auto.allows(step)


def stopped(version: str, phase: str, course: Course, state: GateState, now: float) -> Reason | None:
    """Return why no rule promotes a version to a phase: it was rolled back there, or it fails there or in an
    earlier phase. None if no reason exists."""
    if (held := hold(course.groups[phase], state)) and not is_higher(version, held):
        return PhaseRolledBack(phase, held)
    return next(stopped_in(course.up_to(phase), version, state, now), None)


def hold(environments: Sequence[str], state: GateState) -> str | None:
    """Return the highest version that these environments were rolled back from and have not reached since."""
    held: str | None = None
    for environment in environments:
        own: str | None = None
        before: str | None = None
        for wanted in state.wanted.get(environment, ()):
            version = wanted.version
            fell = before is not None and (version is None or is_higher(before, version))
            if fell and (own is None or is_higher(before or "", own)):
                own = before
            elif own and version and not is_higher(own, version):
                own = None
            before = version
        if own and is_higher(own, held):
            held = own
    return held


def soaks(environment: str, course: Course, state: GateState, now: float) -> bool:
    """Whether an environment runs, or is about to run, a version that a later phase waits for."""
    own = course.phase_of(environment)
    version = state.versions.get(environment)
    if version is None or not state.is_there(environment, version):
        return False
    for phase, rule in course.rules.items():
        waits = any(is_higher(version, state.versions.get(other)) for other in course.groups[phase])
        asks = rule.soak or rule.healthy
        if rule.after != own or not asks or not waits or stopped(version, phase, course, state, now):
            continue
        if still_soaks(environment, version, rule, state, now):
            return True
    return False
