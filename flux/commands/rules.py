"""Shows the rules of the phases, and what happens next."""

from flux.environments.outlook import Rules, find_rules
from flux.monorepo.monorepo import Monorepo


def read_rules(monorepo: Monorepo, artifact: str | None) -> Rules:
    """Return the rules, with the forecast for one artifact, or for all that have a next version. Raises
    RequestError if the artifact is unknown."""
    return find_rules(monorepo, artifact)
