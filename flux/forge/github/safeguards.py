"""What protects tags and secrets on GitHub: rulesets and environments.

Accounts that may read see https://docs.github.com/rest/repos/rules. Administrators see
https://docs.github.com/rest/actions/secrets and https://docs.github.com/rest/deployments/environments.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from github.Repository import Repository

from flux.forge.forge import Environment, Keepers, TagRules
from flux.forge.github.api import Part
from flux.forge.github.protection import find_told
from flux.forge.github.token import CONTENTS_WRITE, METADATA_READ

_PAGE = 100
_MOST_PAGES = 10


class Safeguards(Part):
    def tag_rules(self) -> Sequence[TagRules] | None:
        with self._github.asking("say which rulesets there are", METADATA_READ) as repository:
            return _find_tag_rules(repository)

    def owner_faults(self, branch: str) -> Sequence[str]:
        with self._github.asking("say what is wrong with the code owners", CONTENTS_WRITE) as repository:
            return _find_owner_faults(repository, branch)

    def keepers(self, secret: str) -> Keepers | None:
        with self._github.asking(f"say where {secret} is kept", "secrets: read") as repository:
            return _find_keepers(repository, secret)


def _find_tag_rules(repository: Repository) -> list[TagRules] | None:
    """Return the active rulesets for tags; None if GitHub does not say."""
    listed = find_told(repository, f"rulesets?targets=tag&per_page={_PAGE}")
    if listed is None:
        return None
    found = []
    for about in listed:
        if about.get("target") == "tag" and about.get("enforcement") == "active":
            whole = find_told(repository, f"rulesets/{int(about['id'])}") or about
            names = (whole.get("conditions") or {}).get("ref_name") or {}
            kinds = frozenset(str(rule.get("type")) for rule in whole.get("rules") or ())
            include, exclude = (tuple(map(str, names.get(key) or ())) for key in ("include", "exclude"))
            found.append(TagRules(include, exclude, kinds))
    return found


def _find_owner_faults(repository: Repository, branch: str) -> list[str]:
    """Return the errors that GitHub finds in the CODEOWNERS file, each on one line."""
    told = find_told(repository, f"codeowners/errors?ref={quote(branch, safe='')}") or {}
    return [
        f"{about.get('path')}, line {about.get('line')}: {about.get('kind')}"
        for about in told.get("errors") or ()
    ]


def _find_keepers(repository: Repository, secret: str) -> Keepers | None:
    """Return where a secret of that name is stored; None if GitHub does not say."""
    everywhere = _has(repository, "actions/secrets", secret)
    environments = _listed(repository, "environments", "environments")
    if everywhere is None or environments is None:
        return None
    kept = []
    for about in environments:
        path = f"environments/{quote(str(about['name']), safe='')}"
        has = _has(repository, f"{path}/secrets", secret)
        if has is None:
            return None
        if has:
            kept.append(Environment(str(about["name"]), _refs(repository, path, about)))
    return Keepers(everywhere, tuple(kept))


def _refs(repository: Repository, path: str, about: dict[str, Any]) -> tuple[str, ...] | None:
    limits = about.get("deployment_branch_policy")
    if not limits:
        return None
    if limits.get("protected_branches"):
        return ("any protected branch",)
    policies = _listed(repository, f"{path}/deployment-branch-policies", "branch_policies") or []
    kinds = {"tag": "tags"}
    return tuple(f"{kinds.get(str(each.get('type')), 'heads')}/{each.get('name')}" for each in policies)


def _has(repository: Repository, path: str, secret: str) -> bool | None:
    listed = _listed(repository, path, "secrets")
    return None if listed is None else any(about.get("name") == secret for about in listed)


def _listed(repository: Repository, path: str, key: str) -> list[dict[str, Any]] | None:
    """Return every entry of a list in pages; None if GitHub does not say."""
    entries: list[dict[str, Any]] = []
    for page in _pages(repository, path, key):
        if page is None:
            return None
        entries += page
    return entries


def _pages(repository: Repository, path: str, key: str) -> Iterator[list[dict[str, Any]] | None]:
    for number in range(1, _MOST_PAGES + 1):
        told = find_told(repository, f"{path}?per_page={_PAGE}&page={number}")
        page = None if told is None else list(told.get(key) or ())
        yield page
        if page is None or len(page) < _PAGE:
            return
