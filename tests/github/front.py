"""HTTP, up to what comes in and what goes out."""

import contextlib
import json
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.github.wire import Reply


@dataclass(frozen=True)
class Incoming:
    method: str
    target: str
    """A path, or from a client that takes us for its proxy a whole URL."""
    headers: Mapping[str, str]
    """By name in lower case."""
    body: bytes


class Front(ThreadingHTTPServer):
    # Their end is waited for.
    daemon_threads = False
    request_queue_size = 64

    def __init__(self, answer: Callable[[Incoming], Reply | None]) -> None:
        """Whatever comes in is for `answer`; None from it drops the connection."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.connections: set[socket.socket] = set()
        self.host = f"127.0.0.1:{self.server_address[1]}"

    def stop(self) -> None:
        """End at once, also what clients keep open for later."""
        self.shutdown()
        for connection in list(self.connections):
            _end(connection)
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Front
    protocol_version = "HTTP/1.1"
    # An answer is one write, and does not wait for the next one.
    wbufsize = -1
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        self.server.connections.discard(self.connection)
        with contextlib.suppress(OSError):
            super().finish()

    def handle(self) -> None:
        # A client may be killed at any time.
        with contextlib.suppress(ConnectionError):
            super().handle()

    def _serve(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.server.answer(Incoming(self.command, self.path, headers, self._body(headers)))
        if reply is None:
            self.close_connection = True
            _end(self.connection)
            return
        sent = {"Server": "GitHub.com", **reply.headers}
        body = b""
        if isinstance(reply.body, bytes):
            body = reply.body
        elif isinstance(reply.body, str):
            sent["Content-Type"], body = "text/html; charset=utf-8", reply.body.encode()
        elif reply.status != 204:
            sent["Content-Type"], body = "application/json; charset=utf-8", json.dumps(reply.body).encode()
        if reply.status != 204:
            sent["Content-Length"] = str(len(body))
        self.send_response_only(reply.status, responses.get(reply.status, "Unknown"))
        for name, value in sent.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_CONNECT = do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815

    def _body(self, headers: Mapping[str, str]) -> bytes:
        if headers.get("transfer-encoding") != "chunked":
            return self.rfile.read(int(headers.get("content-length", 0)))
        body = b""
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def log_message(self, format: str, *args: object) -> None:
        pass


def _end(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
