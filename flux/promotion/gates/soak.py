"""The gates `soak` and `health`: how long the phase before has run a version, and what its clusters say."""

from dataclasses import dataclass

from flux.promotion.clusters.health import Running
from flux.promotion.gates.reason import NotRunning, Soaks
from flux.promotion.gates.rule import Rule
from flux.promotion.gates.state import GateState

_PATIENCE = 3600
"""The seconds that a newer version waits for the clusters' report on the one before it."""


@dataclass(frozen=True)
class Ran:
    """A time in which an environment ran a version."""

    began: float
    ended: float

    @property
    def seconds(self) -> float:
        return max(0.0, self.ended - self.began)


def soak_gate(
    version: str, environment: str, rule: Rule, state: GateState, now: float
) -> NotRunning | Soaks | None:
    """Return what an environment of the phase before still has to do with a version that it has or had.

    A failure is no reason here: the gate `failure` has it.
    """
    if not (rule.soak or rule.healthy):
        return None
    run = longest_run(environment, version, state, now, rule.healthy)
    if run is None and state.fails(environment, version, now):
        return None
    if run is None:
        stays = [stay for stay in state.stays[environment] if stay.version == version]
        return NotRunning(environment, version, state.health(environment, stays[-1], now))
    if run.seconds >= rule.soak:
        return None
    ends = run.began + rule.soak if run.ended >= now else None
    return Soaks(environment, version, rule.soak, run.seconds, ends)


def still_soaks(environment: str, version: str, rule: Rule, state: GateState, now: float) -> bool:
    """Whether a version has not run long enough yet, or its clusters may still report that it runs."""
    if run := longest_run(environment, version, state, now, rule.healthy):
        return run.seconds < rule.soak
    stay = state.last_stay(environment)
    if stay is None or now - stay.since >= _PATIENCE:
        return False
    return not state.health(environment, stay, now).returned


def longest_run(environment: str, version: str, state: GateState, now: float, healthy: bool) -> Ran | None:
    """Return the longest time that an environment has run a version; None if it has not begun.

    It counts from the clusters' reports. If no cluster ever reported, it counts from the tag's move, unless
    `healthy` asks for a report.
    """
    runs = []
    for stay in state.stays.get(environment, ()):
        found = state.health(environment, stay, now)
        silent = found.state is Running.UNKNOWN and not healthy
        began = stay.since if silent else found.since if found.soaks else None
        if stay.version == version and began is not None:
            runs.append(Ran(max(began, stay.since), now if stay.until is None else min(stay.until, now)))
    return max(runs, key=lambda run: run.seconds, default=None)
