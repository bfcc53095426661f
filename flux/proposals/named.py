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
from flux.proposals.frozen import require_no_freeze
from flux.proposals.progress import tell

_LONGEST_REASON = 300


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
    monorepo: Monorepo,
    promotion: Promotion,
    environments: Sequence[str],
    rollback: bool = False,
    override: str = "",
) -> Proposed:
    """Let the pull request propose a promotion, and tell its issue where there is one.

    `override` is why the rules do not count. Raises RequestError where the caller may not promote there, and
    where a freeze stands that is not overridden.
    """
    applier = Applier(monorepo)
    authority = applier.issues.authority
    authority.require(environments)
    if not override:
        require_no_freeze(monorepo, environments)
    issues = sorted(applier.issues.of(promotion), key=lambda issue: not issue.open)
    known = applier.known(promotion, issues[0].number if issues else None)
    now = moment(monorepo.forge.now(), known, environments)
    how = How.OVERRIDE if override else How.NAME
    decision = Decision(authority.caller, how, tuple(environments), now, reason=override)
    wish = Wish((decision,), known, rollback)
    if not issues:
        return applier.converge_alone(promotion, wish)
    proposed = applier.converge(issues[0], promotion, wish)
    tell(monorepo, applier.issues, issues[0], proposed, applier.converger.rulings)
    return proposed


def reason_of(given: str | None) -> str:
    """Why somebody overrides the rules, in one line. Raises RequestError for what says nothing."""
    if given is None:
        return ""
    reason = " ".join(given.replace(";", ",").split())
    if not reason or not reason.isprintable() or len(reason) > _LONGEST_REASON:
        raise RequestError("--override needs a reason in one line", 'say `--override "why"`')
    return reason
