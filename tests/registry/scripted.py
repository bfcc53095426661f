"""A server that answers by a script, for what no real registry does on command."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from tests.servers import Answer, Request, Server, serve

# The connection ends before the answer does, or before it began.
CUT_OFF = b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\nhalf of wh"
DROPPED = b""


def reply(status: int = 200, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(status, body, tuple((headers or {}).items()))


@dataclass(frozen=True)
class Script:
    server: Server

    @property
    def host(self) -> str:
        return self.server.host

    @property
    def requests(self) -> list[Request]:
        return self.server.requests

    @property
    def asked(self) -> list[str]:
        return [f"{request.method} {request.path}" for request in self.requests]


@contextmanager
def scripted(*replies: Answer | bytes) -> Iterator[Script]:
    """Give the replies in their order, `{host}` in a header being the server's own.

    A request too many or too few fails the test.
    """
    left = list(replies)

    def answers(request: Request) -> Answer | bytes:
        answer = left.pop(0) if left else Answer(599)
        if isinstance(answer, bytes):
            return answer
        headers = [(name, value.format(host=script.host)) for name, value in answer.headers]
        return Answer(answer.status, answer.body, headers)

    with serve(answers) as server:
        script = Script(server)
        yield script
    assert len(script.asked) == len(replies), script.asked
