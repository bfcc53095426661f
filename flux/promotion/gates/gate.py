"""Whether a version may go to an environment, why not, and when that may change."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flux.promotion.gates.failure import failure_gate
from flux.promotion.gates.order import order_gate
from flux.promotion.gates.reason import OutsideWindow, Reason, UnderFreeze
from flux.promotion.gates.rule import Rule
from flux.promotion.gates.soak import soak_gate
from flux.promotion.gates.state import Course, GateState, is_higher
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
        reasons += failure_gate(version, phase, course, state, now) if not rule.is_plain else ()
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


def _ran_before(version: str, rule: Rule, course: Course, state: GateState, now: float) -> Iterator[Reason]:
    """Yield what is missing in the phase before this one."""
    for environment in course.groups[rule.after] if rule.after else ():
        if behind := order_gate(version, environment, state):
            yield behind
        elif waits := soak_gate(version, environment, rule, state, now):
            yield waits


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
