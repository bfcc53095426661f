"""The gates `failure` and `rollback`: what fails or was rolled back in an earlier phase goes no further."""

from collections.abc import Iterable, Iterator

from flux.promotion.gates.reason import Fails, RolledBack
from flux.promotion.gates.state import Course, GateState, fallen_from


def failure_gate(
    version: str, phase: str, course: Course, state: GateState, now: float
) -> Iterator[Fails | RolledBack]:
    """Yield what stops a version in the phases before."""
    own = course.groups[phase]
    return stopped_in((name for name in course.up_to(phase) if name not in own), version, state, now)


def stopped_in(
    environments: Iterable[str], version: str, state: GateState, now: float
) -> Iterator[Fails | RolledBack]:
    """Yield a reason for each environment where a version fails, or that was rolled back from it."""
    for environment in environments:
        if found := state.fails(environment, version, now):
            yield Fails(environment, version, found)
        elif fallen_from(version, state.wanted.get(environment, ())):
            yield RolledBack(environment, version)
