"""Sends requests to one registry, for its repositories."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from flux.errors import RegistryError, RegistryUnreachableError
from flux.registry.remote.address import in_our_scheme, is_at, is_loopback, join, origin_of
from flux.registry.remote.authorization import Authorization, TokenUse
from flux.registry.remote.errors import AGAIN, CHECK, is_outdated, read_refusal, transient
from flux.registry.remote.limits import Limits
from flux.registry.remote.several import SeveralTags
from flux.registry.remote.transport import Request, Response, Transport
from flux.retry import CircuitBreaker, Retries, TransientError

T = TypeVar("T")

_API = "/v2/"
_READING = ("GET", "HEAD")
_VERSION = "Docker-Distribution-Api-Version"


class Connection:
    """Sends at most `jobs` requests at once to one host, over persistent connections.

    It uses plain HTTP if `insecure` is true. If `insecure` is None, it does so for loopback addresses only.
    """

    def __init__(self, host: str, jobs: int, insecure: bool | None, limits: Limits) -> None:
        self.host = host
        self.limits = limits
        self.several_tags = SeveralTags()
        self.heads = True  # until a HEAD fails and the same GET succeeds
        plain = is_loopback(host) if insecure is None else insecure
        self.origin = _origin(host, "http" if plain else "https")
        self._transport = Transport(jobs, limits)
        self._retries = Retries()
        self._authorization = Authorization(host, self.origin, self._ask)
        self._breaker = CircuitBreaker(RegistryUnreachableError)

    def persist(self, method: str, attempt: Callable[[], T]) -> T:
        """Make a request, or several that begin with this method, with retries after transient errors."""
        return self._retries.call(method, attempt)

    def send(
        self,
        repository: str,
        method: str,
        url: str,
        expected: tuple[int, ...],
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        *,
        most: int | None = None,
        blob: bool = False,
    ) -> Response:
        """Send one request for a repository. `url` is absolute, or a path on this host.

        Raises RegistryError for an unexpected status, or TransientError if another try may succeed.
        """
        url = self._whole(url)
        request = Request(method, url, dict(headers or {}), body, most or self.limits.error, blob)
        if is_at(url, self.origin):
            response = self._breaker.call(lambda: self._send_own(repository, request))
        else:  # an upload to another host, which gets no credentials
            response = self._transport.send(request)
        if response.status in expected:
            return response
        raise self._refusal(repository, request, response)

    def _whole(self, url: str) -> str:
        """Return the absolute URL of a path on this host, or of an address that this host sent."""
        if url.startswith(_API):
            return self.origin + url
        return url if is_at(url, self.origin) else in_our_scheme(join(self.origin, url), self.origin)

    def _send_own(self, repository: str, request: Request) -> Response:
        """Send a request to this host, and log in if the host asks for it."""
        use = repository, request.method in _READING
        sent = self._authorization.header(repository)
        response = self._transport.send(_with(request, sent))
        if not is_at(response.url, self.origin):
            return response
        self.several_tags.is_distribution = _VERSION in response.headers
        if self._wants_login(response, use, sent):
            challenges = response.headers.getlist("WWW-Authenticate")
            sent = self._authorization.answer(challenges, repository, sent)
            response = self._transport.send(_with(request, sent))
            if sent.startswith("Basic ") and self._wants_login(response, use, sent):
                self._authorization.answer(["Basic"], repository, sent)
        elif is_outdated(response) and (fresh := self._authorization.renew(repository, sent)):
            sent, response = fresh, self._transport.send(_with(request, fresh))
        if response.status != 401:
            self._authorization.accepted(use, sent)
        return response

    def _wants_login(self, response: Response, use: TokenUse, sent: str | None) -> bool:
        is_own = is_at(response.url, self.origin)
        return response.status == 401 and is_own and not self._authorization.is_good(use, sent)

    def _ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Response:
        """Send a request to the token service. A redirect to another origin is not followed."""
        request = Request(method, url, dict(headers), body, self.limits.token, stays=True)
        response = self._transport.send(request)
        message = f"the token service of {self.host} answered {response.status}"
        if passing := transient(response, read_refusal(response), message):
            raise passing
        return response

    def _refusal(
        self, repository: str, request: Request, response: Response
    ) -> RegistryError | TransientError:
        refusal = read_refusal(response)
        path = request.where.partition(" on ")[0]
        answered = f"{self.host} answered {response.status} to {path}: {refusal.text}"
        if passing := transient(response, refusal, answered):
            return passing
        if not is_at(response.url, self.origin):
            return RegistryError(answered, AGAIN)
        if is_outdated(response):
            return RegistryError(answered, f"log in again with `docker login {self.host}`")
        if response.status in (401, 403):
            pushing = request.method not in _READING
            return self._authorization.denied(repository, pushing, refusal.text)
        return RegistryError(answered, CHECK)


def _origin(host: str, scheme: str) -> str:
    try:
        return origin_of(f"{scheme}://{host}")
    except ValueError as error:
        raise RegistryError(f"{host!r} is not an address of a registry", CHECK) from error


def _with(request: Request, authorization: str | None) -> Request:
    if authorization is None:
        return request
    return request._replace(headers={**request.headers, "Authorization": authorization})
