"""A call on its way to what answers it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import urlencode

from tests.github import access
from tests.github.bodies import View
from tests.github.gitbodies import GitView
from tests.github.gitdata import Git
from tests.github.state import Account, Repository, Role, Token
from tests.github.wire import JSON, RefusedError, Reply, Request, Urls, missing
from tests.github.world import World

Item = TypeVar("Item")


@dataclass(frozen=True)
class Call:
    world: World
    request: Request
    token: Token | None
    urls: Urls
    params: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        """What stands for a placeholder of the path."""
        return self.params[name]

    @property
    def body(self) -> JSON:
        body: JSON = self.request.body or {}
        return body

    @property
    def query(self) -> Mapping[str, str]:
        return self.request.query

    # Who and where

    @cached_property
    def repo(self) -> Repository:
        repo = self.world.repositories.get(f"{self['owner']}/{self['repo']}".lower())
        if repo is None:
            raise missing()
        return repo

    @property
    def git(self) -> Git:
        return self.repo.git

    @property
    def bearer(self) -> Token:
        """The token, of a call that needs one."""
        if self.token is None:
            raise RefusedError(401, "Requires authentication")
        return self.token

    @property
    def actor(self) -> Account:
        return self.bearer.account

    @property
    def role(self) -> Role:
        return access.role(self.token, self.repo)

    # How it is answered

    @property
    def view(self) -> View:
        return self.world.view(self.repo, self.urls)

    @property
    def git_view(self) -> GitView:
        return self.world.git_view(self.repo, self.urls)

    def page(self, items: Sequence[Item], show: Callable[[Item], JSON]) -> Reply:
        """The page of a list that was asked for, with links to the others."""
        size = min(max(int(self.query.get("per_page", 30)), 1), 100)
        number = max(int(self.query.get("page", 1)), 1)
        last = max(-(-len(items) // size), 1)
        pages = {"prev": number - 1, "next": number + 1, "last": last, "first": 1}
        near = {"prev", "first"} if number > 1 else set()
        near |= {"next", "last"} if number < last else set()
        shown = [show(item) for item in items[(number - 1) * size : number * size]]
        links = ", ".join(self._link(rel, page) for rel, page in pages.items() if rel in near)
        return Reply(200, shown, {"Link": links} if links else {})

    def stretch(
        self, items: Sequence[Item], start: int, cursor: Callable[[Item], str], show: Callable[[Item], JSON]
    ) -> Reply:
        """A part of a list that goes on behind a cursor, which the link to the next part has."""
        size = min(max(int(self.query.get("per_page", 30)), 1), 100)
        shown = items[start : start + size]
        if start + size >= len(items):
            return Reply(200, [show(item) for item in shown], {})
        query = urlencode({**self.query, "after": cursor(shown[-1])})
        link = f'<{self.urls.api}{self.request.path}?{query}>; rel="next"'
        return Reply(200, [show(item) for item in shown], {"Link": link})

    def _link(self, rel: str, page: int) -> str:
        query = urlencode({**self.query, "page": page})
        return f'<{self.urls.api}{self.request.path}?{query}>; rel="{rel}"'


Handler = Callable[[Call], Reply]


@dataclass(frozen=True)
class Route:
    """What answers an operation, and what of it is modelled."""

    handler: Handler
    need: access.Need | None
    takes: frozenset[str]
    """Fields of the body."""
    asks: frozenset[str]
    """Parameters of the query."""

    def lacks(self, request: Request) -> list[str]:
        """What of a request is described, but not modelled here; `false` and `null` ask for nothing."""
        body: Any = request.body if isinstance(request.body, dict) else {}
        return [
            *(f"the field {name}" for name, value in body.items() if value and name not in self.takes),
            *(f"the parameter {name}" for name in request.query if name not in self.asks),
        ]


ROUTES: dict[str, Route] = {}


def route(
    operation: str, need: access.Need | None, *, takes: str = "", asks: str = ""
) -> Callable[[Handler], Handler]:
    """Answer an operation, named as the description has it; every GET that lists may be asked for pages."""

    def register(handler: Handler) -> Handler:
        ROUTES[operation] = Route(
            handler, need, frozenset(takes.split()), frozenset(f"{asks} page per_page".split())
        )
        return handler

    return register
