"""Servers of the tests' own on loopback: each answers what a test says, and remembers what it was asked."""

import ssl
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """All of it, to be searched for what should not be there."""
        headers = "".join(f"{name}: {value}\n" for name, value in self.headers.items())
        return f"{self.method} {self.path}\n{headers}\n{self.body.decode('utf-8', 'replace')}"


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: bytes = b""
    headers: Sequence[tuple[str, str]] = ()

    @property
    def raw(self) -> bytes:
        head = [f"HTTP/1.1 {self.status} Whatever", f"Content-Length: {len(self.body)}"]
        head += [f"{name}: {value}" for name, value in self.headers]
        return "\r\n".join([*head, "", ""]).encode("latin-1") + self.body


Answers = Callable[[Request], Answer | bytes]
"""What a server says; bytes are sent as they are, and the connection ends with them."""


@dataclass(frozen=True)
class Server:
    host: str
    requests: list[Request] = field(default_factory=list, repr=False)


@contextmanager
def serve(answers: Answers, certificate: tuple[Path, Path] | None = None) -> Iterator[Server]:
    """A server until the block ends, whoever is still waiting for it; with TLS where there is a certificate
    with its key."""
    running: list[Server] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # which waits 40 ms for who waits to acknowledge

        def handle_one_request(self) -> None:
            self.close_connection = True
            self.raw_requestline = self.rfile.readline(1 << 16)
            if not self.raw_requestline or not self.parse_request():
                return
            request = Request(self.command, self.path, dict(self.headers.items()), self._body())
            running[0].requests.append(request)
            answer = answers(request)
            if isinstance(answer, bytes):
                self.close_connection = True
            elif self.command == "HEAD":
                answer = answer.raw[: len(answer.raw) - len(answer.body)]
            else:
                answer = answer.raw
            self.wfile.write(answer)

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length") or 0))
            chunks: list[bytes] = []
            while size := int(self.rfile.readline(), 16):
                chunks.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(chunks)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with QuietServer(("127.0.0.1", 0), Handler) as server:
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        running.append(Server(f"127.0.0.1:{server.server_port}"))
        with serving(server):
            yield running[0]


@contextmanager
def serving(server: ThreadingHTTPServer) -> Iterator[None]:
    """A thread answers for as long as the block lasts."""
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is not an error here."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)
