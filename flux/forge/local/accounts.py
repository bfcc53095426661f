"""The only account is git's own user."""

import time
from collections.abc import Sequence

from flux.forge.local.part import Part


class Accounts(Part):
    def login(self) -> str | None:
        return self._git.identity()

    def account(self) -> str | None:
        return self._git.identity()

    def permission(self, login: str) -> str:
        return "admin" if login == self._git.identity() else "none"

    def lacks(self) -> Sequence[str] | None:
        self._git.identity()  # nothing else is needed
        return []

    def has_account(self, login: str) -> bool:
        return login == self._git.identity()

    def now(self) -> float:
        return time.time()
