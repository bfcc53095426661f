"""Proposes what somebody asks for by name, in a terminal."""

from collections.abc import Sequence

from semver import Version

from flux.errors import RequestError, UnpublishedError
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.vouching import Vouching
from flux.promotion.convergence import Wish
from flux.promotion.ledger import Decision, How, moment
from flux.promotion.proposal import Promotion
from flux.proposals.apply import Applier
from flux.proposals.converge import Proposed
from flux.proposals.progress import tell


def require_promotable(monorepo: Monorepo, promotion: Promotion) -> None:
    """Raises RequestError where there is no such release, and where the registry lacks it.

    Raises UnvouchedError where the registry has something under the version that no release made.
    """
    tag = monorepo.settings.tag_form.render(promotion.artifact, Version.parse(promotion.version))
    target = monorepo.registry.repository(promotion.artifact)
    if tag not in monorepo.home_tags and target.resolve(promotion.version) is None:
        raise RequestError(
            f"{promotion.artifact} {promotion.version} is not published: there is no release {tag}",
            f"`inv release {promotion.artifact} {promotion.version}` makes one",
        )
    error = Vouching(monorepo).promotion_fault(promotion.artifact, promotion.version)
    if isinstance(error, UnpublishedError):
        raise RequestError(error.message, error.hint)
    if error:
        raise error


def propose_by_name(
    monorepo: Monorepo, promotion: Promotion, environments: Sequence[str], rollback: bool = False
) -> Proposed:
    """Let the pull request propose a promotion, and tell its issue where there is one.

    Raises RequestError where the caller may not promote there.
    """
    applier = Applier(monorepo)
    authority = applier.issues.authority
    authority.require(environments)
    issues = sorted(applier.issues.of(promotion), key=lambda issue: not issue.open)
    known = applier.known(promotion, issues[0].number if issues else None)
    now = moment(monorepo.forge.now(), known, environments)
    decision = Decision(authority.caller, How.NAME, tuple(environments), now)
    wish = Wish((decision,), known, rollback)
    if not issues:
        return applier.converger.converge(promotion, wish)
    proposed = applier.converge(issues[0], promotion, wish)
    tell(monorepo, applier.issues, issues[0], proposed)
    return proposed
