"""Tell in a promotion issue how the promotion stands."""

from collections.abc import Mapping, Sequence

from flux.forge.forge import Issue
from flux.listing import listed
from flux.monorepo.drift import look
from flux.monorepo.monorepo import Monorepo
from flux.promotion.boxes import repeated, ticked, unknown
from flux.promotion.clusters.health import Health, Running
from flux.promotion.plan import Action
from flux.promotion.texts.comment import EnvironmentRow, is_reached, standing_comment
from flux.proposals.clusters import Clusters
from flux.proposals.converge import Proposed
from flux.proposals.issues import PromotionIssues
from flux.proposals.rulings import Rulings, explained
from flux.release.markdown import code

_MOST_NAMES = 10
_LONGEST_NAME = 40


def tell(
    monorepo: Monorepo, issues: PromotionIssues, issue: Issue, proposed: Proposed
) -> list[EnvironmentRow]:
    """Bring an issue's one comment up to date, and give what it says of every environment.

    Raises RegistryError and ForgeError.
    """
    promotion, registry = proposed.promotion, monorepo.registry
    found = _standings(monorepo, proposed)
    digest = registry.repository(promotion.artifact).resolve(promotion.version)
    image = f"{registry.name(promotion.artifact)}:{promotion.version}" if digest else ""
    said = [*_said(issue.body, monorepo.settings.groups), *_waiting(monorepo, issues, issue, proposed)]
    said += proposed.notices
    issues.stand(issue.number, promotion, standing_comment(promotion, found, image, said))
    return found


def _standings(monorepo: Monorepo, proposed: Proposed) -> list[EnvironmentRow]:
    artifact = proposed.promotion.artifact
    (looked,) = look(monorepo, [artifact], {artifact: proposed.main})
    deployed = {step.environment for step in looked.steps if step.action == Action.UNCHANGED}
    health: dict[str, Health] = {}
    if monorepo.settings.has_progress:
        steps = {step.environment: step for step in looked.steps if step.environment}
        health = Clusters(monorepo).health(artifact, steps)
    url = proposed.pull_request.url if proposed.pull_request else ""
    environments = {change.environment for change in proposed.changes}
    return [
        EnvironmentRow(
            environment,
            proposed.main.get(environment),
            environment in deployed,
            url if environment in environments else "",
            health.get(environment, Health(Running.UNKNOWN)),
        )
        for environment in monorepo.settings.environments
    ]


def _waiting(monorepo: Monorepo, issues: PromotionIssues, issue: Issue, proposed: Proposed) -> list[str]:
    """Why what is ticked is not proposed, where a rule or a freeze keeps it back."""
    names = {
        name
        for name in ticked(issue.body, monorepo.settings.groups)
        - {each.environment for each in proposed.changes}
        if not is_reached(proposed.promotion, proposed.main.get(name))
    }
    return (
        explained(Rulings(monorepo, issues.authority).waits(proposed.promotion, names, ())) if names else []
    )


def _said(body: str, groups: Mapping[str, Sequence[str]]) -> list[str]:
    """What people should know of an issue's boxes."""
    said = []
    if names := unknown(body, groups):
        said.append(f"Boxes that name no environment and are ignored: {_as_code(names)}.")
    if names := repeated(body, groups):
        said.append(f"Of these only the first box counts: {_as_code(names)}.")
    return said


def _as_code(names: list[str]) -> str:
    """Names that are any text at all, as code and nothing else."""
    return listed([code(name[:_LONGEST_NAME]) for name in names], _MOST_NAMES)
