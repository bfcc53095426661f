"""Requests to one registry: what is tried again, and what an error says."""

import ipaddress
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import TypeVar
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

from urllib3 import BaseHTTPResponse, PoolManager, ProxyManager, Retry, Timeout
from urllib3.exceptions import (
    HTTPError,
    InvalidHeader,
    LocationValueError,
    MaxRetryError,
    ProxyError,
    ProxySchemeUnknown,
    ResponseError,
    SSLError,
    TimeoutError,
)

from flux.errors import RegistryError, RegistryUnreachableError
from flux.reasons import of_system
from flux.registry.admission import Admission
from flux.registry.remote.authorization import Authorization

T = TypeVar("T")

_LATELY = 90  # seconds: limits are counted by the minute
_AFTER_FAILURE = Retry(4, backoff_factor=0.2, backoff_jitter=0.2, backoff_max=10, retry_after_max=60)
# The first wait of a Retry is none, which is no answer to a limit: it begins with the second.
_AT_LIMIT = Retry(None, backoff_factor=0.2, backoff_jitter=0.2, backoff_max=5, retry_after_max=60).increment()
_PASSING = frozenset({408, 500, 502, 503, 504})
_RACED = frozenset({"DIGEST_INVALID", "MANIFEST_BLOB_UNKNOWN", "BLOB_UPLOAD_UNKNOWN"})
_TIMEOUT = Timeout(connect=2, read=60)  # hosts have two addresses, and five seconds are to be enough
_AGAIN = "run the same command again: it continues where this run stopped"

# urllib3 follows redirects, dropping credentials towards another host; all else is decided here.
_REDIRECTS = Retry(total=None, connect=False, read=False, other=False, status=False, redirect=5)


@dataclass(frozen=True)
class Answer:
    """A response, read whole, to the request for `url`."""

    url: str
    response: BaseHTTPResponse

    @property
    def status(self) -> int:
        return self.response.status

    @property
    def headers(self) -> Mapping[str, str]:
        return self.response.headers

    @property
    def data(self) -> bytes:
        return self.response.data


class PassingError(Exception):
    """A failure that another try may not meet; `is_limit` where the registry only wants fewer requests."""

    def __init__(
        self, failure: RegistryError, response: BaseHTTPResponse | None = None, is_limit: bool = False
    ) -> None:
        super().__init__(failure.message)
        self.failure = failure
        self.response = response
        self.is_limit = is_limit


class Persistence:
    """Tries again what may pass, for all that one client asks of a registry."""

    def __init__(self) -> None:
        self._let_through: dict[str, float] = {}

    def persist(self, kind: str, attempt: Callable[[], T]) -> T:
        """Call `attempt` until it raises no PassingError, five times at most.

        A rate limit that lately let through another attempt of this kind is not counted: it is waited for.
        Between two tries it waits as long as the registry asked for (a minute at most), else a jittered while
        that doubles. Raises the RegistryError of the last.
        """
        tries, failed, limited = 0, _AFTER_FAILURE, _AT_LIMIT
        while True:
            tries += 1
            try:
                result = attempt()
            except PassingError as passing:
                if passing.is_limit and self._lets_through(kind):
                    retry = limited = limited.increment(response=passing.response)
                else:
                    try:
                        retry = failed = failed.increment(response=passing.response)
                    except MaxRetryError:
                        failure = passing.failure
                        failure.message += f" ({tries} tries)"
                        raise failure from passing
                _wait(retry, passing.response)
            else:
                self._let_through[kind] = monotonic()
                return result

    def _lets_through(self, kind: str) -> bool:
        last = self._let_through.get(kind)
        return last is not None and monotonic() - last < _LATELY


def _wait(retry: Retry, response: BaseHTTPResponse | None) -> None:
    try:
        retry.sleep(response)
    except (InvalidHeader, ValueError, OverflowError):  # a Retry-After that is no time
        retry.sleep()


class Connection:
    """At most `jobs` connections to one host, kept open.

    Plain HTTP where `insecure` says so or, if nobody has said, on this machine's own addresses.
    """

    def __init__(self, host: str, jobs: int, insecure: bool | None) -> None:
        self.host = host
        plain = is_loopback(host) if insecure is None else insecure
        scheme = "http" if plain else "https"
        self._origin = f"{scheme}://{host}"
        self._pool = _pool(scheme, host, jobs)
        self._persistence = Persistence()
        self._authorization = Authorization(host, self._origin, self._ask)
        self._answered = False
        self._admission = Admission()

    def persist(self, method: str, attempt: Callable[[], T]) -> T:
        """A request, or more that begin with it, tried again where they may pass."""
        return self._persistence.persist(method, attempt)

    def send(
        self,
        repository: str,
        method: str,
        url: str,
        expected: tuple[int, ...],
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """One request on behalf of a repository; `url` is absolute or a path of this host.

        Raises RegistryError for a status that is not expected, PassingError where it may pass.
        """
        url = self._own(join(self._origin, url))
        headers = dict(headers or {})
        if not url.startswith(self._origin + "/"):  # an upload elsewhere: no credentials for others
            response = self._request(method, url, headers, body)
        else:
            response = self._admission.go(lambda: self._send_own(repository, method, url, headers, body))
        if response.status in expected:
            return Answer(url, response)
        raise self._refusal(repository, method, url, response)

    def _send_own(
        self, repository: str, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> BaseHTTPResponse:
        """A request to this host, after logging in where it asks for that."""
        sent = self._authorization.header(repository)
        response = self._request(method, url, _with(headers, sent), body)
        if response.status == 401 and self._is_own(response):
            challenge = response.headers.get("WWW-Authenticate", "")
            sent = self._authorization.answer(challenge, repository, sent)
            response = self._request(method, url, _with(headers, sent), body)
        if response.status == 401 and method in ("GET", "HEAD") and self._is_own(response):
            raise self._authorization.refused()
        return response

    def _is_own(self, response: BaseHTTPResponse) -> bool:
        """Whether this host answered, and not one that it redirected to, which may ask for no credentials."""
        return f"{join(self._origin, response.geturl() or '')}/".startswith(self._origin + "/")

    def _own(self, url: str) -> str:
        """A URL of this host in our scheme: a registry behind a proxy may take itself for a plain one."""
        parts = urlsplit(url)
        return f"{self._origin}{url.partition(parts.netloc)[2]}" if parts.netloc == self.host else url

    def _request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        retries: Retry = _REDIRECTS,
    ) -> BaseHTTPResponse:
        url = join(self._origin, url)
        where = f"{method} {urlsplit(url).path} on {urlsplit(url).netloc}"
        try:
            response = self._pool.request(method, url, headers=headers, body=body, retries=retries)
        except HTTPError as error:
            failure = _failure(where, urlsplit(url).netloc, error)
            if self._answered and isinstance(failure, RegistryUnreachableError):
                raise PassingError(failure) from error  # it was there a moment ago
            raise failure from error
        except OverflowError as error:
            broken = RegistryError(f"{where} broke off: a length that is none", _AGAIN)
            raise PassingError(broken) from error
        except ValueError as error:
            raise RegistryError(f"{where}: not an address", "check the setting `registry`") from error
        self._answered = True
        return response

    def _ask(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, bytes]:
        response = self._request(
            method, url, headers, body, retries=Retry(0, redirect=0, raise_on_redirect=False)
        )
        is_limit = _is_rate_limit(response)
        if is_limit or response.status in _PASSING:
            failure = f"the token service of {self.host} answered {response.status}"
            raise PassingError(RegistryError(failure, _AGAIN), response, is_limit)
        return response.status, response.data

    def _refusal(
        self, repository: str, method: str, url: str, response: BaseHTTPResponse
    ) -> RegistryError | PassingError:
        codes, said = _said(response)
        answered = f"{self.host} answered {response.status} to {method} {urlsplit(url).path}: {said}"
        status = response.status
        is_limit = _is_rate_limit(response, codes)
        if is_limit or status in _PASSING or (status in (400, 404) and codes & _RACED):
            return PassingError(RegistryError(answered, _AGAIN), response, is_limit)
        if not self._is_own(response):
            return RegistryError(answered, _AGAIN)
        pushing = method not in ("GET", "HEAD")
        if status == 401 and not self._authorization.has_credentials:
            return self._authorization.refused()
        if status in (401, 403) and pushing:
            return self._authorization.denied(said)
        if status == 403:
            return RegistryError(
                f"{self.host} does not let this account read {repository}: {said}",
                f"give it that right, or log in as another with `docker login {self.host}`",
            )
        return RegistryError(answered, "check the setting `registry`")


def _failure(where: str, host: str, error: HTTPError) -> RegistryError | PassingError:
    """What to say of a request that got no answer."""
    cause = error.reason if isinstance(error, MaxRetryError) else error
    match cause:
        case TimeoutError():
            here = "start it (`inv registry.up` starts one in a container), or check the setting `registry`"
            return RegistryUnreachableError(
                f"{host} does not answer: {_reason(error)}",
                here if is_loopback(host) else "check the network and the setting `registry`",
            )
        case ProxyError():
            return RegistryUnreachableError(
                f"the proxy in front of {host} does not answer: {_reason(error)}",
                "check HTTPS_PROXY and NO_PROXY",
            )
        case SSLError():
            return RegistryUnreachableError(
                f"{host} has no certificate that this machine trusts: {_reason(error)}",
                "let SSL_CERT_FILE name a file with its CA; for plain HTTP set `insecure: true`",
            )
        case ResponseError():
            return RegistryError(f"{where} redirects for ever", "check the setting `registry`")
        case LocationValueError():
            return RegistryError(f"{where}: not an address", "check the setting `registry`")
    return PassingError(RegistryError(f"{where} broke off: {_reason(error)}", _AGAIN))


def _with(headers: Mapping[str, str], authorization: str | None) -> dict[str, str]:
    return {**headers, **({"Authorization": authorization} if authorization else {})}


def _is_rate_limit(response: BaseHTTPResponse, codes: Collection[str] = ()) -> bool:
    """GitHub's registry answers 403, too, to who asks too often."""
    if response.status == 403:
        return "Retry-After" in response.headers or "TOOMANYREQUESTS" in codes
    return response.status == 429


def join(base: str, url: str) -> str:
    """An address that a registry sent, on the one that it was asked at. Raises RegistryError for none."""
    try:
        joined = urljoin(base, url)
        urlsplit(joined)
    except ValueError as error:
        where = urlsplit(base).netloc
        raise RegistryError(
            f"{where} sent {url!r}, which is no address", "check the setting `registry`"
        ) from error
    return joined


def is_loopback(host: str) -> bool:
    """Whether `host`, with or without a port, is this machine."""
    name = urlsplit(f"//{host}").hostname or ""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def _pool(scheme: str, host: str, jobs: int) -> PoolManager:
    proxy = getproxies().get(scheme)
    if proxy and not is_loopback(host) and not proxy_bypass(host):
        try:
            return ProxyManager(proxy, maxsize=jobs, block=True, timeout=_TIMEOUT)
        except (ProxySchemeUnknown, LocationValueError) as error:
            raise RegistryUnreachableError(
                f"the proxy in front of {host} is none that speaks HTTP",
                f"let {scheme.upper()}_PROXY be http://NAME:PORT, or let NO_PROXY name the registry",
            ) from error
    return PoolManager(maxsize=jobs, block=True, timeout=_TIMEOUT)


def _reason(error: HTTPError) -> str:
    """The innermost cause, which is what the system said."""
    cause: BaseException = error
    while (inner := cause.__cause__ or cause.__context__) is not None:
        cause = inner
    said = "".join(c for c in " ".join(of_system(cause).split()) if c.isprintable())
    return said[:300] or type(error).__name__


def _said(response: BaseHTTPResponse) -> tuple[set[str], str]:
    """The error codes and a line of what the registry said.

    https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
    """
    try:
        errors = json.loads(response.data)["errors"]
        codes = {str(error["code"]) for error in errors}
        said = "; ".join(f"{error['code']} {error.get('message', '')}".strip() for error in errors)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        return set(), f"no error as registries send them ({kind or 'no content type'})"
    return codes, " ".join(said.split())[:300]
