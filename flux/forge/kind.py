"""What a kind of forge says of itself, so that nobody else has to know it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from flux.forge.place import ForgeClues, Place

if TYPE_CHECKING:
    from flux.forge.forge import Forge
    from flux.forge.local.git import Git

Variables = Mapping[str, str]


class ForgeKind(ABC):
    """One kind of forge. The defaults are those of a forge that needs no token and has no settings of its
    own."""

    name: ClassVar[str]
    """The value of the setting `forge`."""
    title: ClassVar[str] = ""
    """The name that people know; empty if there is no server."""
    own_server: ClassVar[str] = ""
    """What people call a server of this kind under a host of their own; empty if there is no server."""
    permissions: ClassVar[str] = ""
    """The permissions that a token needs, in the forge's words."""
    checks: ClassVar[frozenset[str]] = frozenset()
    """The subjects of the checks of `inv doctor` that fit this kind."""

    def is_there(self, clues: ForgeClues) -> bool:
        """Whether the clues lead to this kind."""
        return False

    @abstractmethod
    def find(self, clues: ForgeClues) -> Place:
        """Return the place. Raises RequestError if the clues do not tell it."""

    @abstractmethod
    def open(self, place: Place, git: Git, environment: Variables) -> Forge:
        """Return the forge at a place, for a clone. Raises ForgeError if a token is missing."""

    def given_token(self, environment: Variables) -> str:
        """Return the token in a variable; empty if there is none."""
        return ""

    def login_token(self, place: Place, environment: Variables) -> str:
        """Return the token of a login on this machine; empty if there is none."""
        return ""

    def account(self, place: Place, login: str | None) -> str:
        """Return the place and the account, for people."""
        return f"{place.repository} as {login or 'an App'}"

    def server_option(self, place: Place) -> list[str]:
        """Return the option of the forge's CLI that names the server; none if it is the usual one."""
        return []

    def token_fix(self, place: Place, environment: Variables) -> str:
        """Return how to get a token that has every permission."""
        return ""

    def has_reports(self, root: Path) -> bool:
        """Whether clusters have reported to the clone at `root`. False if only a server knows."""
        return False
