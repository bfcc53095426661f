"""Decides who may promote where."""

from collections.abc import Iterable
from contextlib import suppress
from functools import cache

from flux.errors import ForgeRefusedError, RequestError
from flux.monorepo.monorepo import Monorepo
from flux.promotion.refusal import NeedsPermission, NotPromoter, PromotionRefusal
from flux.promotion.texts.refusals import refusal
from flux.settings.settings import ACTIONS_BOT

_MAY_PROMOTE = ("admin", "write")


class Authority:
    """Knows what the forge and the settings say about logins. The forge is asked once about each."""

    def __init__(self, monorepo: Monorepo) -> None:
        self._settings = monorepo.settings
        # Text that Actions wrote before an App was set up, or after it was removed, is the automation's too.
        self._automation = {name.casefold() for name in (ACTIONS_BOT, *monorepo.settings.automation)}
        self._tells_edits = monorepo.forge.tells_edits
        self._permission = cache(monorepo.forge.permission)
        self._login = cache(monorepo.forge.login)
        self._account = cache(monorepo.forge.account)

    def is_automation(self, login: str) -> bool:
        """Whether the setting `automation` names the login, or this run's token belongs to it."""
        return login.casefold() in self._automation or login == self._login() or self._is_own_app(login)

    def is_ours(self, login: str) -> bool:
        """Whether `automation` names the login, or it is the caller's and the forge has no events."""
        own = not self._tells_edits and login == self._login()
        return own or login.casefold() in self._automation or self._is_own_app(login)

    def _is_own_app(self, login: str) -> bool:
        """Whether the login belongs to the App whose token this run has, even if no setting names it."""
        if not login.endswith("[bot]") or self._login() is not None:
            return False
        with suppress(ForgeRefusedError):  # the token may lack the permission to look this up
            return login == self._account()
        return False

    def is_bot(self, login: str) -> bool:
        """Whether a login is not a person's, whatever token this run has."""
        return login.endswith("[bot]") or login.casefold() in self._automation

    def is_trusted(self, author: str) -> bool:
        """Whether an author's text can be ours: the author is the automation, or may promote.

        Raises ForgeError if the permission cannot be looked up.
        """
        return self.is_automation(author) or self.may_write(author)

    def may_write(self, login: str) -> bool:
        """Whether a login has write permission. Raises ForgeError if this cannot be looked up."""
        return bool(login) and self._permission(login) in _MAY_PROMOTE

    def refusals(self, login: str, names: Iterable[str]) -> dict[str, PromotionRefusal]:
        """Return the environments and phases that a login may not promote to, each with the reason.

        Raises ForgeError if the permission cannot be looked up.
        """
        if not self.may_write(login):
            return dict.fromkeys(names, NeedsPermission("write"))
        return {**self.not_among_promoters(login, names)}

    def not_among_promoters(self, login: str, names: Iterable[str]) -> dict[str, NotPromoter]:
        """Return the environments and phases that have promoters without this login, each with the reason."""
        refused = {}
        for name in names:
            phase = self._phase(name)
            promoters = (self._settings.promoters or {}).get(phase)
            if promoters is not None and login.casefold() not in {p.casefold() for p in promoters}:
                refused[name] = NotPromoter(phase, tuple(promoters))
        return refused

    def require(self, names: Iterable[str]) -> None:
        """Raises RequestError if the caller of this command may not promote to one of the environments.

        An App's token has no login. GitHub decides what it may do, but it is never one of the promoters.
        """
        login = self._login()
        if login is None:
            self._require_no_promoters(set(names))
            return
        for name, reason in self.refusals(login, names).items():
            raise RequestError(
                f"{login} may not promote to {name}: {refusal(reason)}", "ask somebody who may"
            )

    @property
    def caller(self) -> str:
        """The login that is responsible for this command."""
        return self._login() or self._settings.automation[0]

    def _require_no_promoters(self, names: set[str]) -> None:
        groups = self._settings.groups
        limited = sorted(phase for phase in self._settings.promoters or {} if set(groups[phase]) & names)
        if limited:
            raise RequestError(
                f"this token belongs to no person, and the phase {limited[0]} has promoters",
                "use the token of a person whom the setting `promoters` names",
            )

    def _phase(self, name: str) -> str:
        groups = self._settings.groups.items()
        return next((phase for phase, members in groups if name == phase or name in members), name)
