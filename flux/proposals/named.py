"""Proposes what somebody asks for by name, in a terminal."""

from flux.errors import RequestError
from flux.monorepo.monorepo import Monorepo
from flux.promotion.convergence import Wish
from flux.promotion.proposal import Promotion
from flux.proposals.apply import Applier
from flux.proposals.converge import Proposed
from flux.proposals.progress import tell


def require_published(monorepo: Monorepo, promotion: Promotion) -> None:
    """Raises RequestError where the registry does not have the version."""
    if monorepo.registry.repository(promotion.artifact).resolve(promotion.version) is None:
        raise RequestError(
            f"{promotion.artifact} {promotion.version} is not published, so it cannot be promoted",
            "publish it first: `inv publish TAG`",
        )


def propose_by_name(monorepo: Monorepo, promotion: Promotion, wish: Wish) -> Proposed:
    """Bring the pull request to a wish, and tell the promotion's issue where there is one.

    Raises RequestError where the caller may not promote there.
    """
    applier = Applier(monorepo)
    applier.issues.authority.require(wish.add)
    issues = sorted(applier.issues.of(promotion), key=lambda issue: not issue.open)
    if not issues:
        return applier.converger.converge(promotion, wish)
    proposed = applier.converge(issues[0], promotion, wish)
    tell(monorepo, applier.issues, issues[0], proposed)
    return proposed
