"""Conversions between our fields and GitHub's."""

from github.GithubObject import NotSet, Opt
from github.NamedUser import NamedUser
from github.Organization import Organization

GHOST = "ghost"
"""GitHub shows this account instead of a deleted one."""


def login_of(user: NamedUser | Organization | None) -> str:
    return user.login if user else GHOST


def lf(body: str | None) -> str:
    return (body or "").replace("\r\n", "\n")


def given(text: str | None) -> Opt[str]:
    return NotSet if text is None else text


def state_of(open: bool | None) -> Opt[str]:
    return NotSet if open is None else "open" if open else "closed"
