"""Sends one request and reads its answer, within the limits."""

from collections.abc import Mapping
from io import BytesIO
from threading import BoundedSemaphore
from typing import NamedTuple
from urllib.parse import urlsplit

from urllib3 import BaseHTTPResponse, HTTPHeaderDict
from urllib3.exceptions import HTTPError

from flux.errors import RegistryError, TooLargeError
from flux.registry.remote.address import in_our_scheme, is_at, join, origin_of
from flux.registry.remote.deadline import Deadline
from flux.registry.remote.errors import CHECK, network_failure, too_late
from flux.registry.remote.limits import Limits, in_words
from flux.registry.remote.proxies import Pools

_CHUNK = 64 << 10
_MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_REFUSALS = 300


class Request(NamedTuple):
    """A request. `most` is the maximum size of a successful answer, in bytes. A `blob` may take longer.

    With `stays`, only redirects to the same origin are followed.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None
    most: int
    blob: bool = False
    stays: bool = False

    @property
    def where(self) -> str:
        parts = urlsplit(self.url)
        return f"{self.method} {parts.path} on {parts.netloc.rpartition('@')[2]}"


class Response(NamedTuple):
    """A complete answer to a request for `url`. Only the body of a refusal may be cut off."""

    url: str
    status: int
    headers: HTTPHeaderDict
    data: bytes


class Transport:
    """Sends at most `jobs` requests at once. `answered` is true after the first answer of any server."""

    def __init__(self, jobs: int, limits: Limits) -> None:
        self.limits = limits
        self.answered = False
        self._pools = Pools(jobs, limits)
        self._turns = BoundedSemaphore(jobs)

    def send(self, request: Request) -> Response:
        """Follow redirects and return the answer. Another origin gets no credentials.

        Raises RegistryError, RegistryUnreachableError, or TransientError if another try may succeed.
        """
        for _ in range(_MOST_REDIRECTS + 1):
            response = self._send(request)
            if response.status not in _REDIRECTS or "Location" not in response.headers:
                return response
            location = response.headers["Location"]
            following = _redirected(request, location, response.status)
            if request.stays and not is_at(following.url, origin_of(request.url)):
                return response
            request = following
        raise RegistryError(f"{request.where} redirects without end", CHECK)

    def _send(self, request: Request) -> Response:
        allowed = self.limits.seconds_for(len(request.body or b"")) if request.blob else self.limits.seconds
        headers = {**request.headers, "Accept-Encoding": "identity"}
        with self._turns, Deadline(allowed) as ends:
            try:
                response = self._pools.send(request.method, request.url, headers, request.body)
                self.answered = True
                return self._read(request, response, ends)
            except (HTTPError, ValueError) as error:
                # A read that runs out of time may also end as a ValueError: the file of the socket is closed.
                if ends.left <= 0:
                    raise too_late(request.where, request.url, ends.seconds, self.answered) from error
                if isinstance(error, HTTPError):
                    raise network_failure(request.where, request.url, error, self.answered) from error
                raise RegistryError(f"{request.where}: not an address", CHECK) from error

    def _read(self, request: Request, response: BaseHTTPResponse, ends: Deadline) -> Response:
        refused = response.status >= _REFUSALS
        most = self.limits.error if refused else request.most
        body = BytesIO()
        try:
            while chunk := response.read(_CHUNK):
                body.write(chunk[: most - body.tell()] if refused else chunk)
                if body.tell() > most:
                    raise TooLargeError(f"{request.where} sent more than {in_words(most)}", CHECK)
                if refused and body.tell() == most:
                    response.close()
                    break
                if request.blob:
                    ends.extend_to(self.limits.seconds_for(body.tell()))
        except BaseException:
            response.close()
            raise
        finally:
            response.release_conn()
        return Response(request.url, response.status, response.headers, body.getvalue())


def _redirected(request: Request, location: str, status: int) -> Request:
    origin = origin_of(request.url)
    url = join(request.url, location)
    if origin.startswith("https:"):
        url = in_our_scheme(url, origin)
    headers = {
        name: value
        for name, value in request.headers.items()
        if name != "Authorization" or is_at(url, origin)
    }
    method = "GET" if status == 303 and request.method != "HEAD" else request.method
    body = request.body if method == request.method else None
    return request._replace(method=method, url=url, headers=headers, body=body)
