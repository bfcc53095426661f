"""From a call to its answer: whose it is, what it asks for, whether GitHub knows it and would answer so."""

import re
from collections.abc import Callable

from tests.github import access
from tests.github import routes as routes
from tests.github.call import ROUTES, Call
from tests.github.state import Secret, Token
from tests.github.validation import Api
from tests.github.wire import RefusedError, Reply, Request, Urls
from tests.github.world import World

# Other media types ask for other answers.
_JSON = re.compile(r"\*/\*|application/(json|vnd\.github(\.v3)?(\.[\w-]+-preview)?(\+json)?)")


class Dispatcher:
    def __init__(self, api: Api, world: World, fail: Callable[[str], None]) -> None:
        self._api, self._world, self._fail = api, world, fail

    def answer(self, request: Request, urls: Urls) -> Reply:
        token = None
        try:
            token = self._token(request)
            reply = self._answer(request, urls, token)
        except RefusedError as refused:
            reply = refused.reply
        except NotImplementedError as lack:
            reply = self._complain(501, f"{request}: {lack} is not modelled")
        return Reply(reply.status, reply.body, {**_headers(token), **reply.headers})

    def _answer(self, request: Request, urls: Urls, token: Token | None) -> Reply:
        found = self._api.find(request.method, request.path)
        if found is None:
            raise NotImplementedError("the path")
        operation, params = found
        route = ROUTES.get(operation.name)
        if route is None:
            raise NotImplementedError(operation.name)
        if complaint := self._api.complain_of_request(operation, request.query, request.body):
            return self._complain(422, f"{request} is not as GitHub describes it: {complaint}")
        if lacks := route.lacks(request):
            raise NotImplementedError(" and ".join(lacks))
        call = Call(self._world, request, token, urls, params)
        try:
            if route.need is not None:
                access.authorize(token, call.repo, route.need)
            reply = route.handler(call)
        except RefusedError as refused:
            reply = refused.reply
        if complaint := self._api.complain_of_response(operation, reply.status, reply.body):
            message = f"{reply.status} to {request} is not as GitHub describes it: {complaint}"
            return self._complain(500, message)
        return reply

    def _token(self, request: Request) -> Token | None:
        """Whose call it is, once that can be read at all."""
        headers = request.headers
        if not headers.get("user-agent"):
            raise RefusedError(403, "Request forbidden by administrative rules.")
        accepted = [each.partition(";")[0].strip() for each in headers.get("accept", "*/*").split(",")]
        if not any(map(_JSON.fullmatch, accepted)):
            raise NotImplementedError(f"the media type {headers['accept']}")
        if isinstance(request.body, bytes):
            self._fail(f"the body of {request} is not JSON")
            raise RefusedError(400, "Problems parsing JSON")
        if "authorization" not in headers:
            return None
        token = self._world.tokens.get(headers["authorization"].partition(" ")[2].strip())
        if token is None:
            raise RefusedError(401, "Bad credentials")
        request.login = token.account.login
        return token

    def _complain(self, status: int, message: str) -> Reply:
        self._fail(message)
        return RefusedError(status, message).reply


def _headers(token: Token | None) -> dict[str, str]:
    headers = {
        "X-GitHub-Media-Type": "github.v3; format=json",
        "X-RateLimit-Limit": "5000",
        "X-RateLimit-Remaining": "4999",
        "X-RateLimit-Resource": "core",
    }
    if token is not None and token.kind is Secret.CLASSIC:
        headers["X-OAuth-Scopes"] = ", ".join(sorted(token.scopes))
    return headers
