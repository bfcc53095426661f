"""A real registry behind a front that may answer in its place, or see to it that an answer is lost."""

import http.client
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests import parts
from tests.servers import Answer, Request, Server, serve

_OF_THE_CONNECTION = frozenset({"connection", "content-length", "date", "server", "transfer-encoding"})

Hook = Callable[[Request], Answer | bytes | None]
"""What the front answers by itself, None where it hands the request on."""


@contextmanager
def front(registry: parts.Registry, hook: Hook) -> Iterator[Server]:
    def answers(request: Request) -> Answer | bytes:
        return hook(request) or forward(registry, request)

    with serve(answers) as server:
        yield server


def forward(registry: parts.Registry, request: Request) -> Answer:
    kept = {name: value for name, value in request.headers.items() if name.lower() not in _OF_THE_CONNECTION}
    connection = http.client.HTTPConnection(registry.host)
    try:
        connection.request(request.method, request.path, request.body or None, kept)
        response = connection.getresponse()
        body = response.read()
        headers = [pair for pair in response.getheaders() if pair[0].lower() not in _OF_THE_CONNECTION]
        return Answer(response.status, body, headers)
    finally:
        connection.close()
