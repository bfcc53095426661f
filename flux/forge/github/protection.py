"""How GitHub protects a branch, in two ways that add up.

https://docs.github.com/rest/repos/rules#get-rules-for-a-branch is told to who may read, and
https://docs.github.com/rest/branches/branch-protection#get-branch-protection to who may change it.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from github.GithubException import GithubException
from github.Repository import Repository

from flux.forge.forge import Protection


def find_protection(repository: Repository, branch: str) -> Protection | None:
    name = quote(branch, safe="")
    about = find_told(repository, f"branches/{name}") or {}
    rules = find_told(repository, f"rules/branches/{name}") or []
    if not rules and not about.get("protected"):
        return None
    return Protection(_most_approvals(rules, _own_approvals(repository, name)))


def find_told(repository: Repository, path: str) -> Any:
    """What GitHub tells of a repository, None where it does not tell whose token this is."""
    try:
        return _get(repository, path)
    except GithubException as error:
        if error.status in (403, 404):
            return None
        raise


def _get(repository: Repository, path: str) -> Any:
    return repository.requester.requestJsonAndCheck("GET", f"{repository.url}/{path}")[1]


def _own_approvals(repository: Repository, branch: str) -> int | None:
    """What the branch's own protection asks for; 0 where it has none, None where that is not told."""
    try:
        protection = _get(repository, f"branches/{branch}/protection")
    except GithubException as error:
        if error.status not in (403, 404):
            raise
        return 0 if error.message == "Branch not protected" else None
    reviews = protection.get("required_pull_request_reviews") or {}
    return int(reviews.get("required_approving_review_count") or 0)


def _most_approvals(rules: Sequence[Mapping[str, Any]], own: int | None) -> int | None:
    asked = [
        int((rule.get("parameters") or {}).get("required_approving_review_count") or 0)
        for rule in rules
        if rule.get("type") == "pull_request"
    ]
    return max([own or 0, *asked]) or own
