"""Roll environments back to the version that they had before."""

from collections.abc import Mapping

from flux.errors import RequestError
from flux.monorepo.history import before, history
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.outdated import require_current_settings
from flux.monorepo.wanted import require_artifact, wanted_environments
from flux.promotion.proposal import Promotion
from flux.proposals.converge import Proposed
from flux.proposals.named import propose_by_name, require_promotable


def roll_back(monorepo: Monorepo, artifact: str, name: str) -> Proposed:
    """Propose the version that an environment, or all of a phase, had before.

    Raises RequestError where there is none, or not one for all of the phase.
    """
    require_current_settings(monorepo)
    require_artifact(monorepo, artifact)
    environments = wanted_environments(monorepo.settings, name)
    states = list(history(monorepo, artifact))
    earlier = {environment: before(states, environment) for environment in environments}
    promotion = Promotion(artifact, _the_version(artifact, name, earlier))
    require_promotable(monorepo, promotion)
    return propose_by_name(monorepo, promotion, environments, rollback=True)


def _the_version(artifact: str, name: str, earlier: Mapping[str, str | None]) -> str:
    for environment, version in earlier.items():
        if version is None:
            raise RequestError(
                f"{artifact} had no other version in {environment} before",
                f"`inv promote {artifact} {environment} --version VERSION` sets one",
            )
    versions = {version for version in earlier.values() if version}
    if len(versions) > 1:
        listed = ", ".join(f"{environment} {version}" for environment, version in earlier.items())
        raise RequestError(f"before, {name} had more than one version: {listed}", "roll each back")
    return versions.pop()
