"""The server: a GitHub on loopback for one test to prepare, to look into and to disturb."""

import contextlib
import json
import secrets
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from tests.github import graphql, pushes, transport
from tests.github.dispatch import Dispatcher
from tests.github.faults import Fault, Faults, Hook
from tests.github.front import Front, Incoming
from tests.github.gitdata import Git
from tests.github.oidc import Identities
from tests.github.state import Account, Issue, Kind, Repository, Role, Secret, Token
from tests.github.validation import Api, Webhooks
from tests.github.wire import RefusedError, Reply, Request, Urls
from tests.github.world import ACTIONS, Event, World

if TYPE_CHECKING:
    import github
    from github.Repository import Repository as PyGithubRepository


class GitHub:
    """Everything that a test does with it, besides calling it."""

    def __init__(self, api: Api, webhooks: Webhooks) -> None:
        self.requests: list[Request] = []
        """Every request so far, git's own and those that went wrong on request too."""
        self.failures: list[str] = []
        """What should not have happened: a call that is not modelled, or not as GitHub describes it."""
        self._lock = threading.Lock()
        self._faults = Faults()
        self._identities = Identities()
        self._clients: list[github.Github] = []
        self._front = Front(self._answer)
        self.url = f"http://{self._front.host}"
        self._world = World(webhooks, Urls(self.url, self.url), self.failures.append)
        self._dispatcher = Dispatcher(api, self._world, self.failures.append)

    # What there is

    @property
    def events(self) -> list[Event]:
        """All that was told so far, the oldest first."""
        return self._world.events

    def repository(self, full_name: str) -> Repository:
        return self._world.repositories[full_name.lower()]

    def add_repository(self, full_name: str, bare: Path, people: Mapping[str, Role]) -> Repository:
        for login in people:
            if self._world.account(login) is None:
                self.add_person(login)
        return self._world.add_repository(full_name, Git(bare), people)

    def add_person(self, login: str) -> Account:
        return self._world.add_account(Account(self._world.next_id(), login))

    # Tokens

    def token(self, login: str, *, scopes: Iterable[str] = ("repo",)) -> str:
        """A person's classic token."""
        return self._world.add_token(Token(self._person(login), Secret.CLASSIC, scopes=frozenset(scopes)))

    def fine_grained_token(self, login: str, **permissions: str) -> str:
        """A person's token with permissions of its own: `contents="read"`."""
        return self._world.add_token(Token(self._person(login), Secret.FINE_GRAINED, permissions))

    def actions_token(self, **permissions: str) -> str:
        """A job's GITHUB_TOKEN: `contents="write", pull_requests="write"`."""
        return self._world.add_token(Token(ACTIONS, Secret.ACTIONS, permissions))

    def app_token(self, app: str = "flux-promoter", **permissions: str) -> str:
        """An App's, whose account is `flux-promoter[bot]`."""
        login = f"{app}[bot]"
        account = self._world.account(login)
        if account is None:
            account = self._world.add_account(Account(self._world.next_id(), login, Kind.BOT))
        return self._world.add_token(Token(account, Secret.APP, permissions))

    def _person(self, login: str) -> Account:
        account = self._world.account(login)
        if account is None:
            raise LookupError(f"nobody is called {login} here")
        return account

    def transfer(self, number: int, to: str, full_name: str = "octo/monorepo") -> Issue:
        """Move an issue to another repository, as a person does on its page. It is a new one there."""
        with self._lock:
            issue, new = self.repository(full_name).issues[number], self.repository(to)
            there = replace(issue, id=self._world.next_id(), number=len(new.issues) + 1)
            new.issues[there.number] = there
            issue.moved = f"{self.url}/repos/{new.full_name}/issues/{there.number}"
            return there

    def delete_issue(self, number: int, full_name: str = "octo/monorepo") -> None:
        """As an administrator does on its page."""
        with self._lock:
            self.repository(full_name).issues[number].deleted = True

    # How it is reached

    def client(self, token: str) -> "github.Github":
        """PyGithub, which neither waits nor tries again."""
        # It takes its time, and not every test needs it.
        import github

        client = github.Github(
            auth=github.Auth.Token(token),
            base_url=self.url,
            retry=None,
            seconds_between_requests=0,
            seconds_between_writes=0,
            timeout=30,
        )
        self._clients.append(client)
        return client

    def repo_as(self, login: str) -> "PyGithubRepository":
        """`octo/monorepo` as PyGithub shows it to a person."""
        return self.repo_with(self.token(login))

    def repo_with(self, token: str, full_name: str = "octo/monorepo") -> "PyGithubRepository":
        """A repository in PyGithub, which is not asked for it before something in it is."""
        from github.Repository import Repository

        return Repository(self.client(token).requester, completed=False, url=f"/repos/{full_name}")

    def environment(self, token: str, repository: str = "octo/monorepo") -> dict[str, str]:
        """What a job of GitHub Actions finds."""
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.url,
            "GITHUB_SERVER_URL": self.url,
            "GITHUB_REPOSITORY": repository,
            "GITHUB_TOKEN": token,
        }

    def identity(self, **claims: str) -> dict[str, str]:
        """What a job that has `id-token: write` finds besides: where to have it said who it is."""
        token = f"ghs_{secrets.token_hex(18)}"
        self._identities.jobs[token] = claims
        url = self._identities.request_url(Urls(self.url, self.url))
        return {"ACTIONS_ID_TOKEN_REQUEST_URL": url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": token}

    def gh(self, token: str) -> dict[str, str]:
        """What the gh CLI needs, given `--repo` or whole paths."""
        return {"GH_HOST": "github.localhost", "HTTP_PROXY": self.url, "GH_TOKEN": token, "NO_PROXY": ""}

    # What happens without the API

    def pushed(self, by: str, full_name: str = "octo/monorepo") -> None:
        """Take notice of what git pushed past the server, as a push of theirs, with all that follows."""
        with self._lock:
            token = Token(self._person(by), Secret.CLASSIC)
            pushes.notice(self._world, self.repository(full_name), token)

    def advance(self, time: timedelta) -> None:
        """Set the server's clock forward; or back, to make things old."""
        self._world.offset += time

    def fail_next(self, fault: Fault, *, at: int = 1, times: int = 1, only: str = "*") -> None:
        """Disturb the next call, or so many from the `at`-th on; `only` such as `PUT */merge` are counted."""
        with self._lock:
            self._faults.add(fault, at=at, times=times, only=only)

    def call_at(self, n: int, hook: Hook, *, times: int = 1, only: str = "*") -> None:
        """Do something when the n-th call from now has come in, before it is served: kill its sender."""
        with self._lock:
            self._faults.add(hook, at=n, times=times, only=only)

    def calm(self) -> None:
        """Forget what was to go wrong and has not yet."""
        with self._lock:
            self._faults = Faults()

    def snapshot(self) -> Callable[[], None]:
        """Brings back, as often as it is called, what there is now, but for git's objects."""
        with self._lock:
            return self._world.snapshot()

    def forget(self) -> None:
        """Forget who called, what went wrong and what was to go wrong yet."""
        self.calm()
        self._hang_up()
        self.requests.clear()
        self.failures.clear()
        self._identities.jobs.clear()

    def check(self) -> None:
        """Raises what should not have happened."""
        if self.failures:
            raise AssertionError("\n".join(["the test GitHub complains:", *self.failures]))

    @contextmanager
    def running(self) -> Iterator["GitHub"]:
        thread = threading.Thread(target=self._front.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            self._hang_up()
            self._front.stop()
            thread.join()

    def _hang_up(self) -> None:
        while self._clients:
            self._clients.pop().close()
        for repo in self._world.repositories.values():
            repo.git.close()

    # How a call is answered

    def _answer(self, incoming: Incoming) -> Reply | None:
        try:
            reply = self._disturbed(*_request(incoming))
            date = format_datetime(self._world.now(), usegmt=True)
            return reply and replace(reply, headers={"Date": date, **reply.headers})
        except Exception:
            self.failures.append(f"{incoming.method} {incoming.target} failed:\n{traceback.format_exc()}")
            return RefusedError(500, "Server Error").reply

    def _disturbed(self, request: Request, urls: Urls) -> Reply | None:
        with self._lock:
            self.requests.append(request)
            due = self._faults.take(request)
        # Without the lock: a hook may well call the server itself.
        fault = due() if callable(due) else due
        served = None
        if not isinstance(fault, Fault) or fault.done:
            with self._lock:
                served = (
                    transport.answer(self._world, request)
                    or self._identities.answer(request, urls)
                    or graphql.answer(self._world, request, urls, self.failures.append)
                    or self._dispatcher.answer(request, urls)
                )
        reply = fault.reply if isinstance(fault, Fault) else served
        request.status = reply.status if reply else None
        return reply


def _request(incoming: Incoming) -> tuple[Request, Urls]:
    url = urlsplit(incoming.target)
    host = (url.netloc or incoming.headers.get("host", "")).removesuffix(":80")  # which goes without saying
    # Where GitHub Enterprise Server has its API.
    prefix = "/api/v3" if url.path.startswith("/api/v3/") else ""
    query = dict(parse_qsl(url.query, keep_blank_values=True))
    body: Any = incoming.body or None
    with contextlib.suppress(ValueError):
        body = json.loads(incoming.body)
    request = Request(incoming.method, url.path.removeprefix(prefix), query, incoming.headers, body)
    return request, Urls(f"http://{host}{prefix}", f"http://{host.removeprefix('api.')}")
