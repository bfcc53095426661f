"""The account of the token, and the permissions of accounts."""

import time
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from functools import cached_property

from github.GithubException import GithubException

from flux.forge.github.api import Part
from flux.forge.github.refs import find_ref
from flux.forge.github.token import CONTENTS_WRITE, METADATA_READ


class Accounts(Part):
    def login(self) -> str | None:
        return self._github.login()

    def account(self) -> str | None:
        """Return the account. It is looked up once, because a token's account does not change."""
        return self._own_account

    @cached_property
    def _own_account(self) -> str | None:
        """GitHub shows an App only in what it makes. So this makes a commit that is never on a branch."""
        if login := self.login():
            return login
        with self._github.asking("say whose token this is", CONTENTS_WRITE) as repository:
            ref = find_ref(repository, f"heads/{repository.default_branch}")
            if ref is None:
                return None
            tip = repository.get_git_commit(ref.object.sha)
            made = repository.create_git_commit("Who am I?", tip.tree, [tip]).raw_data
            verified = (made.get("verification") or {}).get("verified")
            return str(made["author"]["name"]) if verified else None

    def permission(self, login: str) -> str:
        with self._github.asking(f"say what {login} may do", METADATA_READ) as repository:
            try:
                return repository.get_collaborator_permission(login)
            except GithubException as error:
                # GitHub's answer if no person has the name, such as an App's.
                if error.status == 404 and (error.message or "").endswith(" is not a user"):
                    return "none"
                # GitHub only tells accounts that may push. So this account may only read.
                if error.status == 403 and "push access" in (error.message or "") and login == self.login():
                    return "read"
                raise

    def lacks(self) -> Sequence[str] | None:
        with self._github.asking("say what this token may do", METADATA_READ) as repository:
            may, private = repository.raw_data.get("permissions") or {}, repository.private
        if self.login() is None:
            return None  # an App's role does not show what its token may do
        scopes = self._github.scopes
        if scopes is not None and not scopes & ({"repo"} if private else {"repo", "public_repo"}):
            return ["the scope `repo`"]
        if not may.get("push"):
            return ["write access to the repository"]
        return None if scopes is None else []

    def has_account(self, login: str) -> bool:
        return self._github.has_account(login)

    def now(self) -> float:
        with self._github.asking("say what time it is", METADATA_READ) as repository:
            headers, _ = repository.requester.requestJsonAndCheck("GET", repository.url)
            return parsedate_to_datetime(headers["date"]).timestamp() if "date" in headers else time.time()
