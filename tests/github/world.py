"""All that the server knows, and the events that it tells of it."""

import copy
import itertools
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.github.bodies import View
from tests.github.gitbodies import GitView
from tests.github.gitdata import Git, Person
from tests.github.state import Account, Comment, Issue, Kind, Pull, Release, Repository, Role, Secret, Token
from tests.github.validation import Webhooks
from tests.github.wire import JSON, Urls

# Whose GITHUB_TOKEN is, and who signs what is merged or committed by API.
ACTIONS = Account(41898282, "github-actions[bot]", Kind.BOT)
_WEB_FLOW = ("GitHub", "noreply@github.com")


@dataclass(frozen=True)
class Event:
    """What GitHub would tell a workflow."""

    name: str
    """As in `on:`."""
    payload: JSON
    """What Actions would put into the file at GITHUB_EVENT_PATH."""
    sender: str
    starts: bool
    """Whether workflows start; what GITHUB_TOKEN does starts none, but for a dispatch."""
    awaits_approval: bool = False
    """Of what GITHUB_TOKEN does to pull requests: runs are made, and wait for somebody to let them go."""

    @property
    def action(self) -> str | None:
        return self.payload.get("action")

    def __str__(self) -> str:
        return f"{self.name}: {self.action}" if self.action else self.name


class World:
    def __init__(self, webhooks: Webhooks, urls: Urls, fail: Callable[[str], None]) -> None:
        self._webhooks, self._urls, self._fail = webhooks, urls, fail
        self._ids = itertools.count(1001, 2)
        self.accounts: dict[str, Account] = {}
        self.tokens: dict[str, Token] = {}
        self.repositories: dict[str, Repository] = {}
        """By full name in lower case."""
        self.events: list[Event] = []
        self.offset = timedelta()
        """What the server's clock is ahead of the machine's."""
        self.add_account(ACTIONS)

    # Who and where

    def next_id(self) -> int:
        """Odd: the even one after it is free, for a pull request has two."""
        return next(self._ids)

    def now(self) -> datetime:
        return (datetime.now(UTC) + self.offset).replace(microsecond=0)

    def add_account(self, account: Account) -> Account:
        self.accounts[account.login.lower()] = account
        return account

    def account(self, login: str) -> Account | None:
        return self.accounts.get(login.lower())

    def person(self, account: Account) -> Person:
        """Who an account is in a commit that the API makes."""
        return Person(account.login, account.email, self.now())

    def web_flow(self) -> Person:
        return Person(*_WEB_FLOW, self.now())

    def add_token(self, token: Token) -> str:
        prefix = {Secret.CLASSIC: "ghp_", Secret.FINE_GRAINED: "github_pat_"}.get(token.kind, "ghs_")
        text = prefix + secrets.token_hex(18)
        self.tokens[text] = token
        return text

    def add_repository(self, full_name: str, git: Git, collaborators: Mapping[str, Role]) -> Repository:
        owner, _, name = full_name.partition("/")
        account = self.account(owner)
        if account is None:
            account = self.add_account(Account(self.next_id(), owner, Kind.ORGANIZATION))
        repo = Repository(self.next_id(), account, name, git, self.now(), collaborators=dict(collaborators))
        repo.known = git.refs()
        self.repositories[full_name.lower()] = repo
        return repo

    def snapshot(self) -> Callable[[], None]:
        """Brings back, as often as it is called, all but git's objects as it is now."""
        repositories = {name: (_copied(repo), repo.git.refs()) for name, repo in self.repositories.items()}
        accounts, tokens = dict(self.accounts), dict(self.tokens)
        told, offset = len(self.events), self.offset

        def bring_back() -> None:
            for name, (repo, refs) in repositories.items():
                repo.git.reset(refs)
                self.repositories[name] = _copied(repo)
            self.accounts, self.tokens = dict(accounts), dict(tokens)
            del self.events[told:]
            self.offset = offset

        return bring_back

    # How it is shown

    def view(self, repo: Repository, urls: Urls | None = None) -> View:
        return View(urls or self._urls, repo)

    def git_view(self, repo: Repository, urls: Urls | None = None) -> GitView:
        emails = {account.email: account for account in self.accounts.values()}
        return GitView(urls or self._urls, repo, emails)

    # What it tells

    def tell(self, repo: Repository, token: Token, name: str, /, **payload: Any) -> None:
        view = self.view(repo)
        body = {
            **payload,
            "repository": view.repository(),
            "organization": view.organization(),
            "sender": view.user(token.account),
        }
        if complaint := self._webhooks.complaint(name, body):
            self._fail(f"the event {name} is not as GitHub describes it: {complaint}")
        if name == "push":
            # Actions has no lists of files.
            for commit in (*body["commits"], *filter(None, [body["head_commit"]])):
                for key in ("added", "removed", "modified"):
                    commit.pop(key, None)
        quiet = token.kind is Secret.ACTIONS and name != "workflow_dispatch"
        checked = name == "pull_request" and body["action"] in ("opened", "reopened", "synchronize")
        self.events.append(Event(name, body, token.account.login, not quiet, quiet and checked))

    def tell_issue(self, repo: Repository, token: Token, action: str, issue: Issue, **payload: Any) -> None:
        """Of a pull request where it is one."""
        view = self.view(repo)
        if isinstance(issue, Pull):
            body = view.pull(issue)
            self.tell(
                repo,
                token,
                "pull_request",
                action=action,
                number=issue.number,
                pull_request=body,
                **payload,
            )
        else:
            self.tell(repo, token, "issues", action=action, issue=view.issue(issue), **payload)

    def tell_comment(
        self, repo: Repository, token: Token, action: str, issue: Issue, comment: Comment, **payload: Any
    ) -> None:
        view = self.view(repo)
        self.tell(
            repo,
            token,
            "issue_comment",
            action=action,
            issue=view.issue(issue),
            comment=view.comment(issue, comment),
            **payload,
        )

    def tell_release(
        self, repo: Repository, token: Token, action: str, release: Release, **payload: Any
    ) -> None:
        # The schemas know no release without its texts.
        texts = {"name": release.name or "", "body": release.body or ""}
        body = {**self.view(repo).release(release), **texts}
        self.tell(repo, token, "release", action=action, release=body, **payload)


def _copied(repo: Repository) -> Repository:
    return copy.deepcopy(repo, {id(repo.git): repo.git})
