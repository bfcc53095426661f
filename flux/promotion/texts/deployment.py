"""The descriptions of the deployments that record the moves of environment tags."""

from collections.abc import Sequence

from flux.promotion.gates.move import Move


def deployed(move: Move) -> str:
    """Return what was deployed."""
    return f"{move.artifact} {move.version}"


def first_description(follows: bool) -> str:
    """Return the first state of a deployment. `follows` says that clusters report on the environment."""
    return "waits for its clusters" if follows else "its tag was moved; no cluster has to report"


def not_recorded(moves: Sequence[Move]) -> str:
    """Return which moves could not be recorded."""
    first = f"{deployed(moves[0])} in {moves[0].environment}"
    if len(moves) == 1:
        return f"{first} is not recorded"
    return f"{len(moves)} moves are not recorded, {first} and others"


def not_updated(artifact: str, environment: str) -> str:
    """Return which deployment could not be updated."""
    return f"the deployment of {artifact} to {environment}"
