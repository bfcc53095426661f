"""The texts about a version that may not go to an environment yet."""

from collections.abc import Mapping

from flux.promotion.clusters.health import Running
from flux.promotion.gates.duration import write_duration
from flux.promotion.gates.gate import GateVerdict
from flux.promotion.gates.reason import (
    Behind,
    Fails,
    NotRunning,
    OutsideWindow,
    PhaseRolledBack,
    Reason,
    RolledBack,
    Soaks,
    UnderFreeze,
)
from flux.promotion.texts.health import message
from flux.promotion.texts.times import ends


def reasons(verdict: GateVerdict) -> str:
    """Return all reasons of a verdict in one line; empty if the version may go there."""
    return "; ".join(map(reason, verdict.reasons))


def waiting(waits: Mapping[str, GateVerdict]) -> dict[str, list[str]]:
    """Return the environments that have to wait, by their reasons."""
    found: dict[str, list[str]] = {}
    for name, verdict in waits.items():
        found.setdefault(reasons(verdict), []).append(name)
    return found


def reason(why: Reason) -> str:
    """Return one reason, as plain text."""
    match why:
        case UnderFreeze(freeze):
            return f"{freeze.phase or 'everything'} is frozen by {freeze.by}: {freeze.reason}"
        case Behind(environment, version):
            return f"{environment} does not have {version} yet"
        case Fails(environment, version, health):
            return f"{environment} fails with {version}: {message(health)}"
        case RolledBack(where, version) | PhaseRolledBack(where, version):
            return f"{where} was rolled back from {version}"
        case NotRunning():
            return _not_running(why)
        case Soaks():
            return _soaks(why)
        case OutsideWindow(windows, opens):
            when = f"; it opens at {ends(opens)}" if opens is not None else ""
            return f"it is outside of {', '.join(map(str, windows))}{when}"


def _not_running(why: NotRunning) -> str:
    if why.health.returned:
        return f"{why.environment} got {why.version} again, and its clusters have not reported it since"
    if why.health.state is Running.UNKNOWN:
        return f"no cluster has ever reported in {why.environment}"
    return f"{why.environment} does not run {why.version} yet: {message(why.health)}"


def _soaks(why: Soaks) -> str:
    asked = write_duration(why.soak)
    if why.ends is None:
        return f"{why.environment} ran {why.version} for {write_duration(why.ran)} of {asked}"
    return f"{why.environment} has to run {why.version} for {asked}, until {ends(why.ends)}"
