"""Sites under their real names, behind one proxy on loopback that ends their TLS."""

import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from threading import Lock
from typing import Any

from tests.registry.token_service import Certificate
from tests.servers import Answer, QuietServer, Request, serving

Site = Callable[[Request], Answer]


@dataclass
class Internet:
    """What was asked of whom, in its order. `password` is the header that the proxy itself wants."""

    proxy: str
    sites: Mapping[str, Site]
    password: str | None = None
    asked: list[tuple[str, Request]] = field(default_factory=list)
    tunnels: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def requests(self, host: str) -> list[Request]:
        return [request for asked, request in self.asked if asked == host]

    def answer(self, host: str, request: Request) -> Answer:
        """One at a time, so that no site has to think of threads."""
        with self.lock:
            self.asked.append((host, request))
            return self.sites[host](request) if host in self.sites else Answer(502)


@contextmanager
def internet(
    sites: Mapping[str, Site], certificate: Certificate, password: str | None = None
) -> Iterator[Internet]:
    """Until the block ends. The certificate has to name every site."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate.files)
    net = Internet("", sites, password)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # which waits 40 ms for who waits to acknowledge
        site = ""

        def handle_one_request(self) -> None:
            self.close_connection = True
            self.raw_requestline = self.rfile.readline(1 << 16)
            if not self.raw_requestline or not self.parse_request():
                return
            if self.command == "CONNECT":
                self._connect()
                return
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer = net.answer(self.site, Request(self.command, self.path, dict(self.headers.items()), body))
            raw = answer.raw
            self.wfile.write(raw[: len(raw) - len(answer.body)] if self.command == "HEAD" else raw)

        def _connect(self) -> None:
            net.tunnels.append(self.path)
            if net.password and self.headers.get("Proxy-Authorization") != net.password:
                self.wfile.write(Answer(407, b"who are you?").raw)
                return
            self.wfile.write(b"HTTP/1.1 200 Connected\r\n\r\n")
            self.site = self.path.removesuffix(":443")
            self.connection = context.wrap_socket(self.connection, server_side=True)
            self.setup_tunnel()

        def setup_tunnel(self) -> None:
            self.rfile = self.connection.makefile("rb", self.rbufsize)
            self.wfile = self.connection.makefile("wb", 0)
            self.close_connection = False

        def finish(self) -> None:
            super().finish()
            self.connection.close()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with QuietServer(("127.0.0.1", 0), Handler) as server:
        net.proxy = f"127.0.0.1:{server.server_port}"
        with serving(server):
            yield net
