"""Records the requests of a client to a registry. `bench/replay.py` can send them again."""

import http.client
import marshal
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bench.replay import Request

_OF_THE_CONNECTION = frozenset({"connection", "content-length", "date", "server", "transfer-encoding"})


@dataclass
class Recording:
    """The requests that `host` received, by repository and in order."""

    host: str
    repositories: dict[str, list[Request]] = field(default_factory=dict)

    @property
    def requests(self) -> int:
        return sum(map(len, self.repositories.values()))

    def save(self, file: Path) -> Path:
        file.write_bytes(marshal.dumps(list(self.repositories.values())))
        return file


@contextmanager
def record(registry: str) -> Iterator[Recording]:
    """Run a reverse proxy to `registry` (host and port) that records the requests."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = dict(self.headers.items())
            upstream = http.client.HTTPConnection(registry)
            upstream.request(self.command, self.path, body or None, headers)
            response = upstream.getresponse()
            content = response.read()
            upstream.close()
            self._record(headers, body, response.status)
            self.send_response(response.status)
            for name, value in response.getheaders():
                if name.lower() not in _OF_THE_CONNECTION:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = handle_any  # noqa: N815 (named by http.server)

        def _record(self, headers: dict[str, str], body: bytes, status: int) -> None:
            match = re.match(r"/v2/(.+?)/(?:manifests|blobs|tags)/", self.path)
            repository = match[1] if match else ""
            to_location = self.command == "PUT" and "/blobs/uploads/" in self.path
            path = "?digest=" + self.path.partition("digest=")[2] if to_location else self.path
            kept = {n: v for n, v in headers.items() if n.lower() not in ("host", "content-length")}
            request = (self.command, path, kept, body, status)
            recording.repositories.setdefault(repository, []).append(request)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    recording = Recording(f"127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield recording
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
