"""Rolls environments back to a lower version."""

from collections.abc import Mapping, Sequence

from semver import Version

from flux.errors import RequestError
from flux.monorepo.desired import choose_artifacts, desired_at
from flux.monorepo.desired_history import before, history
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.names import require_artifact, wanted_environments
from flux.monorepo.obtained_lines import obtain_lines
from flux.monorepo.tip_settings import require_current_settings
from flux.promotion.proposal import Promotion
from flux.proposals.by_command import propose_by_name, reason_of, require_promotable
from flux.proposals.converge import Proposed
from flux.release.version import parse_version


def roll_back(
    monorepo: Monorepo, artifact: str, name: str, to: str | None = None, override: str | None = None
) -> Proposed:
    """Propose the lower version that an environment, or all of a phase, had before, or a given version.

    A deployed artifact can be rolled back even if the tip does not have it any more. An environment without
    the artifact gets it back only if it is named itself and the tip has the artifact. Raises RequestError if
    there is no lower version, if a phase has several, or if the given version is not lower.
    """
    reason = reason_of(override)
    obtain_lines(monorepo, merged=True)
    require_current_settings(monorepo)
    desired = desired_at(monorepo, monorepo.tip)
    choose_artifacts(monorepo, desired, [artifact])
    versions = desired.get(artifact, {})
    chosen = str(parse_version(to, words=())) if to else None
    environments = _due(wanted_environments(monorepo.settings, name), versions, chosen)
    if not versions.keys() >= set(environments):
        require_artifact(monorepo, artifact, is_deployed=bool(versions))
    version = chosen or _version_before(monorepo, artifact, name, environments)
    if chosen:
        _require_lower(artifact, version, versions, environments)
    promotion = Promotion(artifact, version)
    require_promotable(monorepo, promotion)
    return propose_by_name(monorepo, promotion, environments, rollback=True, override=reason)


def _due(environments: Sequence[str], versions: Mapping[str, str], chosen: str | None) -> Sequence[str]:
    """Return the environments to roll back: those that have the artifact, and not yet the chosen version."""
    deployed = [name for name in environments if name in versions]
    return [name for name in deployed if versions[name] != chosen] or deployed or environments


def _version_before(monorepo: Monorepo, artifact: str, name: str, environments: Sequence[str]) -> str:
    """Return the lower version that all of the environments had before."""
    states = list(history(monorepo, artifact))
    earlier = {environment: before(states, environment) for environment in environments}
    for environment, version in earlier.items():
        if version is None:
            raise RequestError(
                f"{artifact} had no lower version in {environment} before",
                f"`inv rollback {artifact} {environment} --to VERSION` chooses one",
            )
    versions = {version for version in earlier.values() if version}
    if len(versions) > 1:
        listed = ", ".join(f"{environment} {version}" for environment, version in earlier.items())
        raise RequestError(
            f"before, {name} had more than one version: {listed}",
            "roll each back, or choose one with `--to VERSION`",
        )
    return versions.pop()


def _require_lower(
    artifact: str, version: str, versions: Mapping[str, str], environments: Sequence[str]
) -> None:
    for environment in environments:
        now = versions.get(environment)
        if now is None:
            raise RequestError(
                f"{artifact} is not in {environment}, so there is nothing to roll back",
                f"`inv promote {artifact} {environment} --version {version}` brings it there",
            )
        if Version.parse(version) >= Version.parse(now):
            raise RequestError(
                f"{environment} has {artifact} {now}, and {version} is not lower",
                f"`inv promote {artifact} {environment} --version {version}` goes up",
            )
