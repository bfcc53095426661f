"""Whether a version may go to an environment, why not, and when that may change."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from flux.promotion.clusters.health import Running
from flux.promotion.gates.duration import write_duration
from flux.promotion.gates.rule import Rule
from flux.promotion.gates.state import Course, GateState, fallen_from, is_higher
from flux.promotion.gates.window import opens_next


class Gate(StrEnum):
    """What a version has to pass."""

    FREEZE = "freeze"
    ORDER = "order"
    FAILURE = "failure"
    ROLLBACK = "rollback"
    HEALTH = "health"
    SOAK = "soak"
    WINDOW = "window"


@dataclass(frozen=True)
class Reason:
    """Why a version may not go there now. `until` is when that may change; None if time does not decide."""

    gate: Gate
    text: str
    until: float | None = None


@dataclass(frozen=True)
class GateVerdict:
    """Whether a version may go to an environment. `until` is when it may; None if unknown."""

    reasons: tuple[Reason, ...] = ()
    until: float | None = None

    @property
    def allowed(self) -> bool:
        return not self.reasons

    @property
    def text(self) -> str:
        return "; ".join(reason.text for reason in self.reasons)


def judge(version: str, environment: str, course: Course, state: GateState, now: float) -> GateVerdict:
    """Return whether a version may go to an environment. Commands, ticks, checks and automation all use this.

    A freeze stops everything. A version that is already there passes the other gates. So does a lower
    version, which is a rollback.
    """
    phase = course.phase_of(environment)
    rule = course.rules[phase]
    reasons = list(_freezes(phase, state, now))
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
            what = f"{freeze.phase or 'everything'} is frozen by {freeze.by}: {freeze.reason}"
            yield Reason(Gate.FREEZE, what, freeze.until)


def _failures(version: str, phase: str, course: Course, state: GateState, now: float) -> Iterator[Reason]:
    """Yield what fails in the phases before, or was rolled back there."""
    own = course.groups[phase]
    for environment in course.up_to(phase):
        if environment in own:
            continue
        if found := state.fails(environment, version, now):
            yield Reason(Gate.FAILURE, f"{environment} fails with {version}: {found.message}")
        elif fallen_from(version, state.wanted.get(environment, ())):
            yield Reason(Gate.ROLLBACK, f"{environment} was rolled back from {version}")


def _ran_before(version: str, rule: Rule, course: Course, state: GateState, now: float) -> Iterator[Reason]:
    """Yield what is missing in the phase before this one."""
    for environment in course.groups[rule.after] if rule.after else ():
        stays = [stay for stay in state.stays.get(environment, ()) if stay.version == version]
        if not stays:
            yield Reason(Gate.ORDER, f"{environment} does not have {version} yet")
        elif rule.soak or rule.healthy:
            yield from _soak(version, environment, rule, state, now)


def _soak(version: str, environment: str, rule: Rule, state: GateState, now: float) -> Iterator[Reason]:
    ran = state.ran(environment, version, now, rule.healthy)
    if ran is None and state.fails(environment, version, now):
        return  # `_failures` gives the reason
    if ran is None:
        yield Reason(Gate.HEALTH, _unhealthy(version, environment, state, now))
    elif ran.seconds < rule.soak:
        lasts = ran.ended >= now
        until, asked = ran.began + rule.soak, write_duration(rule.soak)
        text = f"{environment} has to run {version} for {asked}, until {ends(until)}"
        if not lasts:
            text = f"{environment} ran {version} for {write_duration(ran.seconds)} of {asked}"
        yield Reason(Gate.SOAK, text, until if lasts else None)


def _unhealthy(version: str, environment: str, state: GateState, now: float) -> str:
    stays = [stay for stay in state.stays[environment] if stay.version == version]
    found = state.health(environment, stays[-1], now)
    if found.returned:
        return f"{environment} got {version} again, and its clusters have not reported it since"
    if found.state is Running.UNKNOWN:
        return f"no cluster has ever reported in {environment}"
    return f"{environment} does not run {version} yet: {found.message}"


def _windows(rule: Rule, now: float) -> Iterator[Reason]:
    opens = opens_next(rule.windows, now) if rule.windows else now
    if opens != now:
        listed = ", ".join(map(str, rule.windows))
        when = f"; it opens at {ends(opens)}" if opens is not None else ""
        yield Reason(Gate.WINDOW, f"it is outside of {listed}{when}", opens)


def _until(reasons: list[Reason], rule: Rule, now: float) -> float | None:
    """Return the earliest time for everything: the last of the times, or the next window after it."""
    moments = [reason.until for reason in reasons]
    if not reasons or None in moments:
        return None
    last = max([now, *(moment for moment in moments if moment is not None)])
    return opens_next(rule.windows, last) if rule.windows else last


def shown_time(moment: float) -> str:
    """Return a time for people, in UTC, without seconds."""
    return datetime.fromtimestamp(moment // 60 * 60, UTC).strftime("%Y-%m-%d %H:%M UTC")


def ends(moment: float) -> str:
    """Return the end of a wait for people, rounded up to a minute."""
    return shown_time(-(-moment // 60) * 60)
