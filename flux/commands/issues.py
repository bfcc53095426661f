"""Promotion issues: which of them are ours, and what is written to them once they are open."""

from collections.abc import Callable, Collection, Iterable
from functools import cache
from hashlib import sha256

from flux.errors import IssueError
from flux.forge.forge import Forge, Issue
from flux.promotion.boxes import untick
from flux.promotion.issue import names_promotion
from flux.promotion.marker import Marker, read_key, read_marker, render_key
from flux.promotion.proposal import Promotion
from flux.settings import Settings

MAY_PROMOTE = ("admin", "write")
_STANDING = "standing"
_MOST_TRIES = 10


class Issues:
    """The promotion issues of one forge."""

    def __init__(self, settings: Settings, forge: Forge) -> None:
        self._settings = settings
        self._forge = forge
        self.permission = cache(forge.permission)
        self._login = cache(forge.login)

    def is_automation(self, login: str) -> bool:
        return login in self._settings.automation

    def may_write(self, login: str) -> bool:
        """Raises ForgeError where that cannot be looked up."""
        return self.permission(login) in MAY_PROMOTE

    def fault(self, issue: Issue, promotion: Promotion | None) -> str:
        """Why an issue is none of ours, with the promotion that its marker names; empty where it is one."""
        if promotion is None:
            return "it does not have the marker of one"
        if self._settings.label not in issue.labels:
            return f"it does not have the label {self._settings.label}"
        if not self._is_trusted(issue.author):
            return f"its author, {issue.author}, may not write here and is not in the setting `automation`"
        if not names_promotion(issue.title, promotion.artifact, promotion.version):
            said = f"{promotion.artifact} {promotion.version}"
            return f"its title does not say {said}, as its marker does: one of them was altered"
        return ""

    def all(self) -> list[tuple[Issue, Promotion]]:
        """Every promotion issue, open or closed, the oldest first."""
        found = []
        for issue in self._forge.issues(self._settings.label):
            promotion = promotion_of(issue.body)
            if promotion and not self.fault(issue, promotion):
                found.append((issue, promotion))
        return found

    def of(self, promotion: Promotion) -> list[Issue]:
        """The issues of a promotion; there should be one."""
        return [
            issue
            for issue in self._forge.issues(self._settings.label)
            if promotion_of(issue.body) == promotion and not self.fault(issue, promotion)
        ]

    def note(self, number: int, about: Iterable[str], text: str) -> None:
        """A comment of its own, unless the same thing, `about`, has been commented on before."""
        key = sha256("\0".join(about).encode("utf-8", "replace")).hexdigest()[:16]
        if not any(
            read_key(comment.body) == key and self._is_trusted(comment.author)
            for comment in self._forge.comments(number)
        ):
            self._forge.create_comment(number, f"{render_key(key)}\n{text}\n")

    def stand(self, number: int, text: str) -> None:
        """Let the one comment that is kept up to date say this."""
        body = f"{render_key(_STANDING)}\n{text}"
        for comment in self._forge.comments(number):
            if read_key(comment.body) == _STANDING and self._is_trusted(comment.author):
                if comment.body.strip() != body.strip():
                    self._forge.edit_comment(number, comment.id, body)
                return
        self._forge.create_comment(number, body)

    def untick(self, number: int, environments: Collection[str]) -> None:
        """Untick boxes, as the body is now."""
        self.rewrite(number, lambda body: untick(body, environments, self._settings.groups))

    def rewrite(self, number: int, change: Callable[[str], str]) -> None:
        """Change the body as it is now, for nothing but to undo."""
        issue = self._forge.issue(number)
        if issue is None:
            raise IssueError(f"issue {number} is gone", "was it deleted or moved meanwhile?")
        if (body := change(issue.body)) != issue.body:
            self._forge.edit_issue(number, body=body)

    def _is_trusted(self, login: str) -> bool:
        return self.is_automation(login) or login == self._login() or self.may_write(login)


def promotion_of(body: str) -> Promotion | None:
    """The promotion that an issue's marker names."""
    marker: Marker | None = read_marker(body)
    return Promotion(marker.artifact, marker.version) if marker else None
