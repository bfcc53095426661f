"""Promotes a version to named environments."""

from collections.abc import Mapping, Sequence

from flux.errors import RequestError
from flux.monorepo.desired import desired_at, stray_of
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.names import require_artifact, wanted_environments, wanted_version
from flux.monorepo.obtained_lines import obtain_lines
from flux.monorepo.tip_settings import require_current_settings
from flux.promotion.phase_order import out_of_order
from flux.promotion.proposal import Promotion
from flux.proposals.by_command import propose_by_name, reason_of, require_promotable
from flux.proposals.converge import Proposed


def promote(
    monorepo: Monorepo, artifact: str, name: str, version: str | None, override: str | None = None
) -> Proposed:
    """Propose a version, or the newest stable release, for an environment or all of a phase. `override` is
    the reason for ignoring the rules.

    Raises RequestError if a name is unknown, the version is not published, the user may not promote, or the
    required order of phases is violated. Raises DesiredStateError if the artifact is desired in an unknown
    environment.
    """
    reason = reason_of(override)
    obtain_lines(monorepo, merged=True)
    require_current_settings(monorepo)
    versions = desired_at(monorepo, monorepo.tip).get(artifact, {})
    require_artifact(monorepo, artifact, is_deployed=bool(versions))
    if error := stray_of(monorepo, artifact, versions):
        raise error
    environments = wanted_environments(monorepo.settings, name)
    promotion = Promotion(artifact, str(wanted_version(monorepo, artifact, version)))
    require_promotable(monorepo, promotion)
    if not override:
        _require_order(monorepo, promotion, environments, versions)
    return propose_by_name(monorepo, promotion, environments, override=reason)


def _require_order(
    monorepo: Monorepo, promotion: Promotion, environments: Sequence[str], versions: Mapping[str, str]
) -> None:
    if not monorepo.settings.require_order:
        return
    early = out_of_order(monorepo.settings.groups, versions, promotion.version, environments)
    for phase, behind in early.items():
        raise RequestError(
            f"{phase} is not due: {', '.join(behind)} does not have {promotion.version} yet",
            f"`inv promote {promotion.artifact} {behind[0]} --version {promotion.version}` first",
        )
