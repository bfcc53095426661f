"""The kinds of forges. A new kind needs a package beside these, and a row in `KINDS`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flux.forge.github import place as github
from flux.forge.place import ForgeClues, Place

if TYPE_CHECKING:
    from flux.forge.forge import Forge
    from flux.forge.local.git import Git

Environment = Mapping[str, str]


@dataclass(frozen=True)
class Kind:
    """`is_there` says whether the clues lead to this kind. `find` returns the place, or raises RequestError.

    `login_token` returns the token of a login on this machine; empty if there is none.
    """

    is_there: Callable[[ForgeClues], bool]
    find: Callable[[ForgeClues], Place]
    open: "Callable[[Place, Git, Environment], Forge]"
    login_token: Callable[[Place, Environment], str]


def _open_github(place: Place, git: "Git", environment: Environment) -> "Forge":
    from flux.forge.github.forge import GitHubForge
    from flux.forge.github.token import find_token

    return GitHubForge(place.api_url, place.repository, find_token(environment, place.host))


def _github_token(place: Place, environment: Environment) -> str:
    from flux.forge.github.token import token_of_gh

    return token_of_gh(environment, place.host)


def _open_local(place: Place, git: "Git", environment: Environment) -> "Forge":
    from flux.forge.local.forge import LocalForge

    return LocalForge(git.root, git)


LOCAL = "local"

KINDS: Mapping[str, Kind] = {
    github.KIND: Kind(github.is_there, github.find, _open_github, _github_token),
    LOCAL: Kind(lambda clues: True, lambda clues: Place(LOCAL), _open_local, lambda place, environment: ""),
}
"""The kinds by the value of the setting `forge`. If it is not set, the first that is there counts."""
