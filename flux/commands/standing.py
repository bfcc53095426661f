"""Tell in a promotion issue how the promotion stands."""

from flux.commands.issues import Issues
from flux.commands.look import look
from flux.commands.propose import Proposals, Side
from flux.forge.forge import Issue
from flux.promotion.boxes import repeated, unknown
from flux.promotion.comment import Standing, standing_comment
from flux.promotion.plan import Action
from flux.promotion.proposal import Promotion
from flux.registry.target import Registry
from flux.release.markdown import code
from flux.settings import Settings

_MOST_NAMES = 10
_LONGEST_NAME = 40


def standings(
    settings: Settings, registry: Registry, proposals: Proposals, promotion: Promotion, main: Side
) -> list[Standing]:
    """Where every environment stands with a promotion. Raises RegistryError."""
    versions = main.of(promotion.artifact)
    branch = proposals.branch(promotion, main)
    proposed = branch.proposes(promotion.artifact) if branch and branch.pull_request else set()
    url = branch.pull_request.url if branch and branch.pull_request else ""
    (looked,) = look(settings, registry, [promotion.artifact], main.desired)
    deployed = {step.environment for step in looked.steps if step.action == Action.UNCHANGED}
    return [
        Standing(
            environment,
            versions.get(environment),
            environment in deployed,
            url if environment in proposed else "",
        )
        for environment in settings.environments
    ]


def tell(
    settings: Settings,
    registry: Registry,
    proposals: Proposals,
    issues: Issues,
    issue: Issue,
    promotion: Promotion,
    said: tuple[str, ...] = (),
) -> list[Standing]:
    """Bring an issue's one comment up to date, and give what it says. Raises RegistryError, ForgeError."""
    found = standings(settings, registry, proposals, promotion, proposals.main())
    digest = registry.repository(promotion.artifact).resolve(promotion.version)
    image = f"{registry.name(promotion.artifact)}@{digest}" if digest else ""
    lines = [*_said(issue.body, settings), *said]
    issues.stand(issue.number, promotion, standing_comment(promotion, found, image, lines))
    return found


def _said(body: str, settings: Settings) -> list[str]:
    """What people should know of an issue's boxes."""
    said = []
    if names := unknown(body, settings.groups):
        said.append(f"Boxes that name no environment and are ignored: {_listed(names)}.")
    if names := repeated(body, settings.groups):
        said.append(f"Of these only the first box counts: {_listed(names)}.")
    return said


def _listed(names: list[str]) -> str:
    """Names that are any text at all, as code and nothing else."""
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(code(name[:_LONGEST_NAME]) for name in names[:_MOST_NAMES]) + more
