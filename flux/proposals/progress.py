"""Shows the progress of a promotion in its issue."""

from collections.abc import Collection, Mapping, Sequence

from flux.forge.forge import Issue
from flux.monorepo.drift import look
from flux.monorepo.monorepo import Monorepo
from flux.promotion.boxes import repeated, unknown
from flux.promotion.clusters.health import Health, Running
from flux.promotion.plan import Action
from flux.promotion.proposal import Promotion
from flux.promotion.texts.comment import EnvironmentRow, is_reached, standing_comment
from flux.promotion.texts.notices import boxes_ignored, boxes_repeated
from flux.proposals.cluster_health import Clusters
from flux.proposals.converge import Proposed
from flux.proposals.gate_check import GateCheck
from flux.proposals.issues import PromotionIssues


def tell(
    monorepo: Monorepo, issues: PromotionIssues, issue: Issue, proposed: Proposed, rulings: GateCheck
) -> list[EnvironmentRow]:
    """Update the status comment of an issue, and return its row for each environment.

    Raises RegistryError and ForgeError.
    """
    promotion, registry = proposed.promotion, monorepo.registry
    found = _standings(monorepo, proposed, rulings)
    digest = registry.repository(promotion.artifact).resolve(promotion.version)
    image = f"{registry.name(promotion.artifact)}:{promotion.version}" if digest else ""
    said = [*_said(issue.body, monorepo.settings.groups), *proposed.said]
    issues.stand(issue.number, promotion, standing_comment(promotion, found, image, said))
    return found


def _standings(monorepo: Monorepo, proposed: Proposed, rulings: GateCheck) -> list[EnvironmentRow]:
    promotion, artifact = proposed.promotion, proposed.promotion.artifact
    (looked,) = look(monorepo, [artifact], {artifact: proposed.main})
    deployed = {step.environment for step in looked.steps if step.action == Action.UNCHANGED}
    health: dict[str, Health] = {}
    if monorepo.settings.has_progress:
        steps = {step.environment: step for step in looked.steps if step.environment}
        health = Clusters(monorepo, rulings.courses).health(artifact, steps)
    url = proposed.pull_request.url if proposed.pull_request else ""
    environments = {change.environment for change in proposed.changes}
    late = [name for name in monorepo.settings.environments if _is_due(promotion, proposed, deployed, name)]
    waits = proposed.waits | rulings.waits(promotion, [name for name in late if name not in environments], ())
    return [
        EnvironmentRow(
            environment,
            proposed.main.get(environment),
            environment in deployed,
            url if environment in environments else "",
            health.get(environment, Health(Running.UNKNOWN)),
            waits.get(environment),
        )
        for environment in monorepo.settings.environments
    ]


def _is_due(promotion: Promotion, proposed: Proposed, deployed: Collection[str], environment: str) -> bool:
    """Whether an environment does not have the version yet."""
    desired = proposed.main.get(environment)
    return not is_reached(promotion, desired) or (
        desired == promotion.version and environment not in deployed
    )


def _said(body: str, groups: Mapping[str, Sequence[str]]) -> list[str]:
    """Return what people should know about an issue's boxes."""
    said = []
    if names := unknown(body, groups):
        said.append(boxes_ignored(names))
    if names := repeated(body, groups):
        said.append(boxes_repeated(names))
    return said
