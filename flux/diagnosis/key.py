"""Checks where the private key of the App is stored, and who can read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flux.diagnosis.check_line import Line, Rating
from flux.diagnosis.gh import gh

if TYPE_CHECKING:
    from flux.forge.place import Place
    from flux.monorepo.monorepo import Monorepo

_SECRET = "FLUX_APP_KEY"
_ENVIRONMENT = "flux-app"


def check_app_key(monorepo: Monorepo, place: Place) -> Iterator[Line]:
    """Warn if workflows of any branch can read the key: in the repository, or in an open environment."""
    branch = monorepo.settings.branch
    keepers = monorepo.forge.keepers(_SECRET)
    if keepers is None:
        yield Line("app key", Rating.OK, "only administrators can see where secrets are kept")
        return
    wide = [each for each in keepers.environments if each.refs != (f"heads/{branch}",)]
    if keepers.everywhere:
        said = f"{_SECRET} is a secret of the repository: the workflows of any branch can read it"
        fix = f"{_limit(place, _ENVIRONMENT)}, then {_allow(place, _ENVIRONMENT, branch)}"
        fix += f", set {_SECRET} there, delete it here, and set the variable FLUX_APP_ENVIRONMENT"
        yield Line("app key", Rating.WARNING, said, fix)
    for each in wide:
        allowed = "any ref" if each.refs is None else ", ".join(each.refs) or "no ref at all"
        said = f"{_SECRET} is in the environment {each.name}, which allows {allowed} instead of only {branch}"
        fix = f"{_limit(place, each.name)}, then {_allow(place, each.name, branch)}, and remove other rules"
        yield Line("app key", Rating.WARNING, said, fix)
    if not keepers.everywhere and not wide:
        kept = " and ".join(each.name for each in keepers.environments)
        said = f"{_SECRET} is in an environment that only {branch} may use: {kept}"
        yield Line("app key", Rating.OK, said if kept else f"there is no {_SECRET}")


def _limit(place: Place, environment: str) -> str:
    kinds = ("protected_branches=false", "custom_branch_policies=true")
    fields = [
        f"deployment_branch_policy[{kind.partition('=')[0]}]={kind.partition('=')[2]}" for kind in kinds
    ]
    return gh(place, "PUT", f"environments/{environment}", *fields)


def _allow(place: Place, environment: str, branch: str) -> str:
    path = f"environments/{environment}/deployment-branch-policies"
    return gh(place, "POST", path, f"name={branch}", "type=branch")
