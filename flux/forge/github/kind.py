"""GitHub as a kind of forge."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from flux.forge.github import place as places
from flux.forge.github import token as tokens
from flux.forge.kind import ForgeKind, Variables
from flux.forge.place import ForgeClues, Place

if TYPE_CHECKING:
    from flux.forge.forge import Forge
    from flux.forge.local.git import Git


class GitHubKind(ForgeKind):
    """github.com, GitHub Enterprise Cloud and GitHub Enterprise Server."""

    name = places.KIND
    title = "GitHub"
    own_server = "GitHub Enterprise"
    permissions = tokens.PERMISSIONS
    checks = frozenset(
        {
            *("workflows", "branch", "code owners", "reviews", "approvals", "two people", "rules"),
            *("release tags", "app key", "automation"),
        }
    )

    def is_there(self, clues: ForgeClues) -> bool:
        return places.is_there(clues)

    def find(self, clues: ForgeClues) -> Place:
        return places.find(clues)

    def open(self, place: Place, git: Git, environment: Variables) -> Forge:
        from flux.forge.github.forge import GitHubForge

        return GitHubForge(place.api_url, place.repository, tokens.find_token(environment, place.host))

    def given_token(self, environment: Variables) -> str:
        return tokens.given_token(environment)

    def login_token(self, place: Place, environment: Variables) -> str:
        return tokens.token_of_gh(environment, place.host)

    def server_option(self, place: Place) -> list[str]:
        return [] if place.host == places.DOT_COM else ["--hostname", place.host]

    def token_fix(self, place: Place, environment: Variables) -> str:
        given = tokens.given_by(environment)
        fix = f"set {given or tokens.VARIABLES[0]} to a token with write access and the scope `repo`"
        if given:
            return fix
        refresh = ["gh", "auth", "refresh", *self.server_option(place), "--scopes", "repo"]
        return f"`{shlex.join(refresh)}`, or {fix}"
