"""Requests to one registry: what is tried again, and what an error says."""

import ipaddress
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

from urllib3 import BaseHTTPResponse, PoolManager, ProxyManager, Retry, Timeout
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    InvalidHeader,
    MaxRetryError,
    SSLError,
)

from flux.errors import RegistryError, RegistryUnreachableError

T = TypeVar("T")

_TRIES = 5
_PASSING = frozenset({408, 429, 500, 502, 503, 504})
_RACED = frozenset({"DIGEST_INVALID", "MANIFEST_BLOB_UNKNOWN", "BLOB_UPLOAD_UNKNOWN"})
_TIMEOUT = Timeout(connect=4, read=60)
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
    """A failure that another try may not meet."""

    def __init__(self, failure: RegistryError, response: BaseHTTPResponse | None = None) -> None:
        super().__init__(failure.message)
        self.failure = failure
        self.response = response


class Connection:
    """At most `jobs` connections to one host, kept open."""

    def __init__(self, host: str, jobs: int, insecure: bool) -> None:
        self.host = host
        scheme = "http" if insecure or is_loopback(host) else "https"
        self._origin = f"{scheme}://{host}"
        self._pool = _pool(scheme, host, jobs)

    def persist(self, attempt: Callable[[], T]) -> T:
        """Call `attempt` until it raises no PassingError, five times at most.

        Between two tries it waits as long as the registry asked for (a minute at most), else a jittered while
        that doubles. Raises the RegistryError of the last.
        """
        retry = Retry(_TRIES - 1, backoff_factor=0.2, backoff_jitter=0.2, backoff_max=10, retry_after_max=60)
        while True:
            try:
                return attempt()
            except PassingError as passing:
                try:
                    retry = retry.increment(response=passing.response)
                except MaxRetryError:
                    failure = passing.failure
                    failure.message += f" ({_TRIES} tries)"
                    raise failure from passing
                try:
                    retry.sleep(passing.response)
                except InvalidHeader:
                    retry.sleep()

    def send(
        self,
        method: str,
        url: str,
        expected: tuple[int, ...],
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """One request; `url` is absolute or a path of this host.

        Raises RegistryError for a status that is not expected, PassingError where it may pass.
        """
        url = urljoin(self._origin, url)
        try:
            response = self._pool.request(method, url, headers=headers, body=body, retries=_REDIRECTS)
        except ConnectTimeoutError as error:
            raise RegistryUnreachableError(
                f"{self.host} does not answer: {_reason(error)}",
                "check the network and the setting `registry`",
            ) from error
        except SSLError as error:
            raise RegistryUnreachableError(
                f"{self.host} has no certificate that this machine trusts: {_reason(error)}",
                "let SSL_CERT_FILE name a file with its CA; for plain HTTP set `insecure: true`",
            ) from error
        except HTTPError as error:
            what = f"{method} {urlsplit(url).path} on {self.host} broke off: {_reason(error)}"
            raise PassingError(RegistryError(what, _AGAIN)) from error
        if response.status in expected:
            return Answer(url, response)
        raise self._refusal(method, url, response)

    def _refusal(self, method: str, url: str, response: BaseHTTPResponse) -> RegistryError | PassingError:
        codes, said = _said(response)
        failure = RegistryError(
            f"{self.host} answered {response.status} to {method} {urlsplit(url).path}: {said}", _AGAIN
        )
        if response.status in _PASSING or (response.status in (400, 404) and codes & _RACED):
            return PassingError(failure, response)
        failure.hint = _HINTS.get(response.status, "check the setting `registry`")
        return failure


_HINTS = {
    401: "log in with `docker login`",
    403: "the account needs the right to push to this repository",
    405: "is the setting `registry` the address of an OCI registry?",
}


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
        return ProxyManager(proxy, maxsize=jobs, block=True, timeout=_TIMEOUT)
    return PoolManager(maxsize=jobs, block=True, timeout=_TIMEOUT)


def _reason(error: HTTPError) -> str:
    """The innermost cause, which is what the system said."""
    cause: BaseException = error
    while (inner := cause.__cause__ or cause.__context__) is not None:
        cause = inner
    return str(cause).partition("\n")[0] or type(error).__name__


def _said(response: BaseHTTPResponse) -> tuple[set[str], str]:
    """The error codes and a line of what the registry said.

    https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
    """
    try:
        errors = json.loads(response.data)["errors"]
        codes = {str(error["code"]) for error in errors}
        said = "; ".join(f"{error['code']} {error.get('message', '')}".strip() for error in errors)
    except (ValueError, KeyError, TypeError, AttributeError):
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        return set(), f"no error as registries send them ({kind or 'no content type'})"
    return codes, " ".join(said.split())[:300]
