"""Checks the protection of main: a protected branch, and a review that no workflow can give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from flux.diagnosis.check_line import Line, Rating
from flux.diagnosis.gh import gh, gh_with
from flux.proposals.gate_check import RULES_CHECK as RULES

if TYPE_CHECKING:
    from flux.forge.place import Place
    from flux.monorepo.monorepo import Monorepo

_REVIEWS = "required_pull_request_reviews"
_AUTHORITY_CHECK = "flux-artifacts/authority"
"""The name of a job in check-flux-promotions.yml."""
_ACTIONS = 15368
"""The ID of the App of GitHub Actions: https://api.github.com/apps/github-actions"""


def check_workflows(monorepo: Monorepo, place: Place) -> Iterator[Line]:
    match monorepo.forge.workflows_may_propose():
        case True:
            yield Line("workflows", Rating.OK, "they may open pull requests")
        case False:
            fix = gh(place, "PUT", "actions/permissions/workflow", "can_approve_pull_request_reviews=true")
            said = "they may not open pull requests, except with the token of an App"
            yield Line("workflows", Rating.WARNING, said, fix)
        case None:
            said = "only administrators can see whether they may open pull requests"
            yield Line("workflows", Rating.OK, said)


def check_branch(monorepo: Monorepo, place: Place) -> Iterator[Line]:
    name = monorepo.settings.branch
    protection = monorepo.forge.protection(name)
    path = f"branches/{name}/protection"
    if protection is None:
        fix = gh(
            place,
            "PUT",
            path,
            f"{_REVIEWS}[required_approving_review_count]=1",
            *("required_status_checks=null", "enforce_admins=true", "restrictions=null"),
        )
        said = f"{name} is not protected: whoever may push can promote without a review"
        yield Line("branch", Rating.WARNING, said, fix)
    elif protection.approvals == 0:
        fix = gh(place, "PATCH", f"{path}/{_REVIEWS}", "required_approving_review_count=1")
        said = f"{name} is protected, but a pull request needs no approval"
        yield Line("branch", Rating.WARNING, said, f"{fix}, or the same in its ruleset")
    elif protection.approvals is None:
        said = f"{name} is protected; only administrators can see how many approvals it needs"
        yield Line("branch", Rating.OK, said)
    else:
        said = f"{name} is protected: a pull request needs approvals ({protection.approvals})"
        yield Line("branch", Rating.OK, said)


def check_reviews(monorepo: Monorepo, place: Place) -> Iterator[Line]:
    """Check that code owners have to review, and that new commits dismiss earlier approvals."""
    name = monorepo.settings.branch
    protection = monorepo.forge.protection(name)
    if protection is None:
        return  # `check_branch` reports this
    lacking = {
        "require_code_owner_reviews=true": ("no code owner has to review", protection.owners),
        "dismiss_stale_reviews=true": ("new commits keep older approvals", protection.dismisses),
    }
    wrong = [field for field, (_, right) in lacking.items() if right is False]
    if wrong:
        said = f"{name}: {' and '.join(lacking[field][0] for field in wrong)}"
        fields = ["required_approving_review_count=1", *wrong]
        fix = gh(place, "PATCH", f"branches/{name}/protection/{_REVIEWS}", *fields)
        yield Line("reviews", Rating.WARNING, said, f"{fix}, or the same in its ruleset")
    elif None in (protection.owners, protection.dismisses):
        yield Line("reviews", Rating.OK, "only administrators can see whether code owners have to review")
    else:
        yield Line("reviews", Rating.OK, "code owners have to review, and new commits dismiss approvals")


def check_two_people(monorepo: Monorepo, place: Place) -> Iterator[Line]:
    """Check that the branch requires the check CHECK. It blocks a merge without the second person of
    `two_person`, and with `merge: auto` also a merge of commits that others pushed."""
    name, settings = monorepo.settings.branch, monorepo.settings
    if not settings.two_person and not settings.merges_by_itself:
        yield Line("two people", Rating.OK, "the setting `two_person` asks for no second person")
        return
    protection = monorepo.forge.protection(name)
    checks = protection.checks if protection else {}
    if checks is None:
        said = f"only administrators can see whether {name} requires the check {_AUTHORITY_CHECK}"
        yield Line("two people", Rating.OK, said)
    elif checks.get(_AUTHORITY_CHECK):
        yield Line("two people", Rating.OK, f"{name} requires the check {_AUTHORITY_CHECK}")
    else:
        risk = "one person is enough" if settings.two_person else "`merge: auto` also merges what others push"
        said = f"{name} does not require the check {_AUTHORITY_CHECK}: {risk}"
        if _AUTHORITY_CHECK in checks:
            said = f"{name} requires the check {_AUTHORITY_CHECK} from any source: "
            said += "whoever may push can set it to green"
        yield Line(
            "two people",
            Rating.WARNING,
            said,
            _require(place, name, {"context": _AUTHORITY_CHECK, "integration_id": _ACTIONS}),
        )


def check_rules_are_required(monorepo: Monorepo, place: Place) -> Iterator[Line]:
    """Check that nobody can merge what the rules hold back."""
    name = monorepo.settings.branch
    if not monorepo.settings.has_rules:
        return
    protection = monorepo.forge.protection(name)
    checks = protection.checks if protection else {}
    if checks is None:
        said = f"only administrators can see whether {name} requires the check {RULES}"
        yield Line("rules", Rating.OK, said)
    elif RULES in checks:
        yield Line("rules", Rating.OK, f"{name} requires the check {RULES}")
    else:
        said = f"{name} does not require the check {RULES}: what has to wait can be merged early"
        yield Line("rules", Rating.WARNING, said, _require(place, name, {"context": RULES}))


def _require(place: Place, branch: str, check: Mapping[str, str | int]) -> str:
    """Return the command for a new ruleset, which does not change the others."""
    parameters = {"strict_required_status_checks_policy": False, "required_status_checks": [check]}
    ruleset = {
        "name": check["context"],
        "target": "branch",
        "enforcement": "active",
        "conditions": {"ref_name": {"include": [f"refs/heads/{branch}"], "exclude": []}},
        "rules": [{"type": "required_status_checks", "parameters": parameters}],
    }
    return gh_with(place, "POST", "rulesets", ruleset)


def check_approvals(monorepo: Monorepo, place: Place) -> Iterator[Line]:
    """Check that no workflow can give the approval that a pull request needs.

    Workflows that may open pull requests may also approve. Then only a code owner's review is safe.
    """
    may = monorepo.forge.workflows_may_propose()
    protection = monorepo.forge.protection(monorepo.settings.branch)
    if may is None:
        yield Line("approvals", Rating.OK, "only administrators can see whether workflows may approve")
    elif not may:
        yield Line("approvals", Rating.OK, "no workflow may approve a pull request")
    elif protection and protection.owners:
        yield Line("approvals", Rating.OK, "workflows may approve, but a code owner has to review as well")
    elif protection and protection.owners is None:
        yield Line(
            "approvals", Rating.OK, "only administrators can see whether a workflow's review is enough"
        )
    else:
        said = "a workflow's approval is enough: what opens pull requests may approve them"
        fix = gh(place, "PUT", "actions/permissions/workflow", "can_approve_pull_request_reviews=false")
        fix = f"have code owners review (above), or let an App open pull requests and type {fix}"
        yield Line("approvals", Rating.WARNING, said, fix)
