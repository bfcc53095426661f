"""Checks the forge: the owner of the token, and the logins in the settings."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flux.diagnosis.check_line import Line, Rating
from flux.settings.settings import ACTIONS_BOT

if TYPE_CHECKING:
    from flux.forge.place import Place
    from flux.monorepo.monorepo import Monorepo


def check_forge(monorepo: Monorepo, place: Place) -> Line:
    from flux.artifact.source_url import https_url, names_host
    from flux.forge.kinds import FORGE_KINDS

    forge, hosted = monorepo.forge, monorepo.git.hosted_url or ""
    kind = FORGE_KINDS[place.kind]
    lacks, who = forge.lacks(), kind.account(place, forge.login())
    if not place.host and names_host(hosted) and not monorepo.settings.forge:
        said = f"{who}: no forge is known at {https_url(hosted) or 'origin'}"
        return Line("forge", Rating.WARNING, said, _choose())
    if lacks:
        said = f"{who}: the token lacks {' and '.join(lacks)}"
        return Line("forge", Rating.PROBLEM, said, kind.token_fix(place, os.environ))
    if lacks is None:
        who += f"; {kind.title} does not say what such a token may do: it needs {kind.permissions}"
    return Line("forge", Rating.OK, who)


def _choose() -> str:
    """Return how to say which forge it is, where its host does not tell."""
    from flux.forge.kinds import FORGE_KINDS, WITHOUT_SERVER

    servers = [
        f"`forge: {name}` in invoke.yaml for {kind.own_server}"
        for name, kind in FORGE_KINDS.items()
        if kind.own_server
    ]
    return f"set {', '.join(servers)}, otherwise `forge: {WITHOUT_SERVER}`"


def check_automation(monorepo: Monorepo, place: Place) -> Iterator[Line]:
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
        ours = [*dict.fromkeys([ACTIONS_BOT, *settings.automation, *([own] if own else [])])]
        yield Line("automation", Rating.OK, f"issues that {' or '.join(ours)} opened are ours")
