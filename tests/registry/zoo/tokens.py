"""Registries with a token service: who asks without a token is sent there.

https://distribution.github.io/distribution/spec/auth/token/
"""

from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

from tests.registry.zoo.internet import Site
from tests.registry.zoo.registry import Call, Registry, document, error
from tests.servers import Answer, Request


class TokenRegistry(Registry):
    """`uses` is how many requests a token lasts for: each run meets one that has expired.

    Who asks for a right that he lacks gets a token without it.
    """

    realm: ClassVar[str] = "/v2/token"
    service: ClassVar[str]
    uses: ClassVar[int] = 3
    basic_too: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        self.tokens: dict[str, set[str]] = {}
        self.used: dict[str, int] = {}

    @property
    def realm_url(self) -> str:
        return self.realm if "://" in self.realm else f"https://{self.host}{self.realm}"

    def sites(self) -> dict[str, Site]:
        other = urlsplit(self.realm_url).netloc
        return {other: self.answer, **super().sites()}

    def answer(self, request: Request) -> Answer:
        if urlsplit(request.path).path == urlsplit(self.realm_url).path:
            return self.token(request)
        return super().answer(request)

    # The token service

    def token(self, request: Request) -> Answer:
        asked = parse_qs(urlsplit(request.path).query)
        if request.method != "GET" or asked.get("service") != [self.service]:
            return error(400, "UNSUPPORTED")
        if request.headers.get("Authorization") != f"Basic {self.pair(self.password)}":
            return self.wrong_login()
        return self.issue(asked.get("scope", [])[-1:])

    def wrong_login(self) -> Answer:
        return error(401, "UNAUTHORIZED", "incorrect username or password")

    def issue(self, scopes: list[str]) -> Answer:
        token = f"t0ken-{len(self.tokens)}"
        self.tokens[token] = self.granted(scopes)
        self.used[token] = 0
        return document(self.grant(token))

    def granted(self, scopes: list[str]) -> set[str]:
        found: set[str] = set()
        for scope in scopes:
            kind, _, rest = scope.partition(":")
            repository, _, actions = rest.rpartition(":")
            if kind == "repository":
                lacks = {"push"} if repository in self.denied else set()
                found |= {f"{repository}:{action}" for action in set(actions.split(",")) - lacks}
        return found

    def grant(self, token: str) -> dict[str, object]:
        return {"token": token, "expires_in": 300}

    # The registry

    def admit(self, call: Call) -> Answer | None:
        token = call.request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.tokens:
            return self.challenge(call)
        self.used[token] += 1
        if self.used[token] > self.uses:
            return self.expired(call)
        if f"{call.repository}:{'push' if call.writes else 'pull'}" not in self.tokens[token]:
            return self.deny(call)
        return None

    def challenge(self, call: Call) -> Answer:
        headers = [("WWW-Authenticate", text) for text in self.challenges(call)]
        return error(401, "UNAUTHORIZED", "authentication required", *headers)

    def challenges(self, call: Call) -> list[str]:
        actions = "pull,push" if call.writes else "pull"
        scope = f"repository:{call.repository}:{actions}"
        return [f'Bearer realm="{self.realm_url}",service="{self.service}",scope="{scope}"']

    def expired(self, call: Call) -> Answer:
        return self.challenge(call)

    def deny(self, call: Call) -> Answer:
        """As distribution has it, and who is built on it."""
        (challenge,) = self.challenges(call)[:1]
        header = ("WWW-Authenticate", f'{challenge},error="insufficient_scope"')
        return error(401, "UNAUTHORIZED", "authentication required", header)
