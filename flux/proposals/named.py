"""Proposes what somebody asks for by name, in a terminal."""

from flux.monorepo.monorepo import Monorepo
from flux.monorepo.vouching import Vouching
from flux.promotion.convergence import Wish
from flux.promotion.proposal import Promotion
from flux.proposals.apply import Applier
from flux.proposals.converge import Proposed
from flux.proposals.progress import tell


def require_promotable(monorepo: Monorepo, promotion: Promotion) -> None:
    """Raises UnpublishedError where the registry does not have the version.

    Raises UnvouchedError where no release made it, or the registry has something else under it.
    """
    if error := Vouching(monorepo).promotion_fault(promotion.artifact, promotion.version):
        raise error


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
