"""Checks the forge: the owner of the token, and the logins in the settings."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flux.diagnosis.gh import hostname
from flux.diagnosis.line import Line, Rating

if TYPE_CHECKING:
    from flux.forge.place import Place
    from flux.monorepo.monorepo import Monorepo


def forge(monorepo: Monorepo, place: Place) -> Line:
    from flux.artifact.source import https_url, names_host
    from flux.forge.github.token import PERMISSIONS, VARIABLES, given_by

    forge, hosted = monorepo.forge, monorepo.git.hosted_url or ""
    lacks, login = forge.lacks(), forge.login()
    if place.kind == "local" and names_host(hosted) and not monorepo.settings.forge:
        said = f"files in .forge, as {login}: no forge is known at {https_url(hosted) or 'origin'}"
        fix = "set `forge: github` in invoke.yaml for GitHub Enterprise, otherwise `forge: local`"
        return Line("forge", Rating.WARNING, said, fix)
    if place.kind == "local":
        return Line("forge", Rating.OK, f"files in .forge, as {login}")
    who = f"{place.repository} as {login or 'an App'}"
    if lacks:
        given = given_by(os.environ)
        fix = f"set {given or VARIABLES[0]} to a token with write access and the scope `repo`"
        if not given:
            refresh = ["gh", "auth", "refresh", *hostname(place), "--scopes", "repo"]
            fix = f"`{shlex.join(refresh)}`, or {fix}"
        return Line("forge", Rating.PROBLEM, f"{who}: the token lacks {' and '.join(lacks)}", fix)
    if lacks is None:
        who += f"; GitHub does not say what such a token may do: it needs {PERMISSIONS}"
    return Line("forge", Rating.OK, who)


def automation(monorepo: Monorepo, place: Place) -> Iterator[Line]:
    from flux.proposals.authority import ACTIONS

    forge, settings = monorepo.forge, monorepo.settings
    logins = {"automation": settings.automation}
    for phase, promoters in (settings.promoters or {}).items():
        logins[f"promoters, {phase}"] = promoters
    unknown = [
        (setting, login)
        for setting, listed in logins.items()
        for login in listed
        if not forge.has_account(login)
    ]
    for setting, login in unknown:
        said = f"{setting}: there is no account {login}"
        fix = "correct it in invoke.yaml; the login of an App is its name and [bot]"
        yield Line("automation", Rating.WARNING, said, fix)
    if not unknown:
        own = forge.login()
        ours = [*dict.fromkeys([ACTIONS, *settings.automation, *([own] if own else [])])]
        yield Line("automation", Rating.OK, f"issues are ours where {' or '.join(ours)} opened them")
