"""Proposes a promotion that the caller names in a terminal."""

from collections.abc import Sequence

from semver import Version

from flux.errors import RequestError, UnpublishedError
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.vouching import Vouching
from flux.promotion.convergence import Wish
from flux.promotion.ledger import Decision, How, decision_time
from flux.promotion.proposal import Promotion
from flux.proposals.apply import Applier
from flux.proposals.converge import Proposed
from flux.proposals.frozen import require_no_freeze
from flux.proposals.progress import tell

_LONGEST_REASON = 300


def require_promotable(monorepo: Monorepo, promotion: Promotion) -> None:
    """Require that a promotion's release is published.

    Raises RequestError if there is no such release, or if the registry lacks it. Raises UnvouchedError if
    the registry's image of this version was not made by a release.
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
    monorepo: Monorepo,
    promotion: Promotion,
    environments: Sequence[str],
    rollback: bool = False,
    override: str = "",
) -> Proposed:
    """Let the pull request propose a promotion, and update its issue if there is one.

    `override` is the reason to override the rules, or empty. Raises RequestError if the caller may not
    promote there, or if an environment is frozen and the freeze is not overridden.
    """
    applier = Applier(monorepo)
    authority = applier.issues.authority
    authority.require(environments)
    if not override:
        require_no_freeze(monorepo, environments)
    issues = sorted(applier.issues.of(promotion), key=lambda issue: not issue.open)
    known = applier.known(promotion, issues[0].number if issues else None)
    now = decision_time(monorepo.forge.now(), known, environments)
    how = How.OVERRIDE if override else How.NAME
    decision = Decision(authority.caller, how, tuple(environments), now, reason=override)
    wish = Wish((decision,), known, rollback)
    if not issues:
        return applier.converge_alone(promotion, wish)
    proposed = applier.converge(issues[0], promotion, wish)
    tell(monorepo, applier.issues, issues[0], proposed, applier.converger.rulings)
    return proposed


def reason_of(given: str | None) -> str:
    """Return the reason for an override in one line. Raises RequestError if it is empty or invalid."""
    if given is None:
        return ""
    reason = " ".join(given.replace(";", ",").split())
    if not reason or not reason.isprintable() or len(reason) > _LONGEST_REASON:
        raise RequestError("--override needs a reason in one line", 'say `--override "why"`')
    return reason
