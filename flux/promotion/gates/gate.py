"""Whether a version may go to an environment, why not, and when that may change."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flux.promotion.gates.reason import (
    Behind,
    Fails,
    NotRunning,
    OutsideWindow,
    Reason,
    RolledBack,
    Soaks,
    UnderFreeze,
)
from flux.promotion.gates.rule import Rule
from flux.promotion.gates.state import Course, GateState, fallen_from, is_higher
from flux.promotion.gates.window import opens_next


@dataclass(frozen=True)
class GateVerdict:
    """Whether a version may go to an environment. `until` is when it may; None if unknown."""

    reasons: tuple[Reason, ...] = ()
    until: float | None = None

    @property
    def allowed(self) -> bool:
        return not self.reasons


def judge(version: str, environment: str, course: Course, state: GateState, now: float) -> GateVerdict:
    """Return whether a version may go to an environment. Commands, ticks, checks and automation all use this.

    A freeze stops everything. A version that is already there passes the other gates. So does a lower
    version, which is a rollback.
    """
    phase = course.phase_of(environment)
    rule = course.rules[phase]
    reasons = [*_freezes(phase, state, now)]
    if not state.is_there(environment, version) and not _rolls_back(version, environment, state):
        reasons += _failures(version, phase, course, state, now) if not rule.is_plain else ()
        reasons += _ran_before(version, rule, course, state, now)
        reasons += _windows(rule, now)
    return GateVerdict(tuple(reasons), _until(reasons, rule, now))


def _rolls_back(version: str, environment: str, state: GateState) -> bool:
    before = state.comes_from(environment, version)
    return before is not None and not is_higher(version, before)


def _freezes(phase: str, state: GateState, now: float) -> Iterator[Reason]:
    for freeze in state.freezes:
        if freeze.holds(phase, now):
            yield UnderFreeze(freeze)


def _failures(version: str, phase: str, course: Course, state: GateState, now: float) -> Iterator[Reason]:
    """Yield what fails in the phases before, or was rolled back there."""
    own = course.groups[phase]
    for environment in course.up_to(phase):
        if environment in own:
            continue
        if found := state.fails(environment, version, now):
            yield Fails(environment, version, found)
        elif fallen_from(version, state.wanted.get(environment, ())):
            yield RolledBack(environment, version)


def _ran_before(version: str, rule: Rule, course: Course, state: GateState, now: float) -> Iterator[Reason]:
    """Yield what is missing in the phase before this one."""
    for environment in course.groups[rule.after] if rule.after else ():
        stays = [stay for stay in state.stays.get(environment, ()) if stay.version == version]
        if not stays:
            yield Behind(environment, version)
        elif rule.soak or rule.healthy:
            yield from _soak(version, environment, rule, state, now)


def _soak(version: str, environment: str, rule: Rule, state: GateState, now: float) -> Iterator[Reason]:
    ran = state.ran(environment, version, now, rule.healthy)
    if ran is None and state.fails(environment, version, now):
        return  # `_failures` gives the reason
    if ran is None:
        stays = [stay for stay in state.stays[environment] if stay.version == version]
        yield NotRunning(environment, version, state.health(environment, stays[-1], now))
    elif ran.seconds < rule.soak:
        ends = ran.began + rule.soak if ran.ended >= now else None
        yield Soaks(environment, version, rule.soak, ran.seconds, ends)


def _windows(rule: Rule, now: float) -> Iterator[Reason]:
    opens = opens_next(rule.windows, now) if rule.windows else now
    if opens != now:
        yield OutsideWindow(rule.windows, opens)


def _until(reasons: Sequence[Reason], rule: Rule, now: float) -> float | None:
    """Return the earliest time for everything: the last of the times, or the next window after it."""
    moments = [reason.until for reason in reasons]
    if not reasons or None in moments:
        return None
    last = max([now, *(moment for moment in moments if moment is not None)])
    return opens_next(rule.windows, last) if rule.windows else last
