"""The gate `order`: a version goes to a phase after all environments of the phase before."""

from flux.promotion.gates.reason import Behind
from flux.promotion.gates.state import GateState


def order_gate(version: str, environment: str, state: GateState) -> Behind | None:
    """Return a reason if an environment of the phase before has never had a version."""
    has_had = any(stay.version == version for stay in state.stays.get(environment, ()))
    return None if has_had else Behind(environment, version)
