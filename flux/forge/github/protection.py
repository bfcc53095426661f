"""How GitHub protects a branch, in two ways that add up.

Accounts that may read see https://docs.github.com/rest/repos/rules#get-rules-for-a-branch. Those that may
change it see https://docs.github.com/rest/branches/branch-protection#get-branch-protection.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from github.GithubException import GithubException
from github.Repository import Repository

from flux.forge.forge import Protection

_Reviews = Mapping[str, Any]
"""The branch's own protection, as far as it is about reviews."""


def find_protection(repository: Repository, branch: str) -> Protection | None:
    name = quote(branch, safe="")
    about = find_told(repository, f"branches/{name}") or {}
    rules = find_told(repository, f"rules/branches/{name}") or []
    if not rules and not about.get("protected"):
        return None
    asked = [rule.get("parameters") or {} for rule in rules if rule.get("type") == "pull_request"]
    own = _own_reviews(repository, name)
    return Protection(
        _most_approvals(asked, own),
        _asked_for(asked, "require_code_owner_review", own, "require_code_owner_reviews"),
        _asked_for(asked, "dismiss_stale_reviews_on_push", own, "dismiss_stale_reviews"),
        _checks(about, rules),
    )


def _checks(about: Mapping[str, Any], rules: Sequence[Mapping[str, Any]]) -> dict[str, int | None] | None:
    """Return the checks of rulesets and of the branch's own protection. For one name, the stricter counts."""
    named = [
        (str(check["context"]), check.get("integration_id"))
        for rule in rules
        if rule.get("type") == "required_status_checks"
        for check in (rule.get("parameters") or {}).get("required_status_checks") or ()
    ]
    own = about.get("protection") or {}
    named += [
        (str(check["context"]), check.get("app_id"))
        for check in (own.get("required_status_checks") or {}).get("checks") or ()
    ]
    found: dict[str, int | None] = {}
    for name, app in named:
        found[name] = found.get(name) or (app if app and app > 0 else None)
    return found if found or not about.get("protected") or "protection" in about else None


def find_told(repository: Repository, path: str) -> Any:
    """Return what GitHub says about a repository; None if this token may not see it."""
    try:
        return _get(repository, path)
    except GithubException as error:
        if error.status in (403, 404):
            return None
        raise


def _get(repository: Repository, path: str) -> Any:
    return repository.requester.requestJsonAndCheck("GET", f"{repository.url}/{path}")[1]


def _own_reviews(repository: Repository, branch: str) -> _Reviews | None:
    """Return what the branch's own protection requires; empty if it has none, None if GitHub does not say."""
    try:
        protection = _get(repository, f"branches/{branch}/protection")
    except GithubException as error:
        if error.status not in (403, 404):
            raise
        return {} if error.message == "Branch not protected" else None
    return protection.get("required_pull_request_reviews") or {}


def _most_approvals(asked: Sequence[_Reviews], own: _Reviews | None) -> int | None:
    counts = [int(each.get("required_approving_review_count") or 0) for each in [own or {}, *asked]]
    return max(counts) or (None if own is None else 0)


def _asked_for(asked: Sequence[_Reviews], rule: str, own: _Reviews | None, field: str) -> bool | None:
    if any(each.get(rule) for each in asked):
        return True
    return None if own is None else bool(own.get(field))
