"""The description of the check on a promotion's pull request."""

from collections.abc import Mapping

from flux.errors import FluxError
from flux.promotion.gates.gate import GateVerdict
from flux.promotion.texts.gates import reasons

_MOST = 140
"""The longest description of a commit status on GitHub."""


def check_description(waits: Mapping[str, GateVerdict]) -> str:
    """Return which environments have to wait, and why."""
    said = "; ".join(f"{name}: {reasons(each)}" for name, each in waits.items()) or "the rules hold"
    return said if len(said) <= _MOST else said[: _MOST - 1] + "…"


def check_not_set(check: str, error: FluxError) -> str:
    """For a promotion whose check could not be set."""
    return f"the check {check} was not set: {error.message}"
