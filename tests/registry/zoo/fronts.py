"""A plain registry behind what companies put before it."""

from base64 import b64encode

from tests.registry.zoo.registry import Call, Registry
from tests.registry.zoo.tokens import TokenRegistry
from tests.servers import Answer, Request


class BehindNginx(Registry):
    """Addresses have the port spelled out, or another scheme. Errors are pages. A body has a limit."""

    host = "registry.example.com"
    described = (
        "https://github.com/distribution/distribution/issues/479",
        "https://github.com/moby/moby/issues/15048",
        "https://github.com/distribution/distribution/issues/2386",
        "https://github.com/ContainerSolutions/docker-registry-proxy/issues/1",
    )
    largest = 1 << 20

    def answer(self, request: Request) -> Answer:
        if len(request.body) > self.largest:
            body = b"<html><head><title>413 Request Entity Too Large</title></head></html>"
            return Answer(413, body, [("Content-Type", "text/html")])
        return super().answer(request)

    def upload_at(self, repository: str, upload: str) -> str:
        where = (f"https://{self.host}:443", f"http://{self.host}", f"http://{self.host}:80", "")
        return f"{where[self.count % 4]}{super().upload_at(repository, upload)}"

    def deny(self, call: Call) -> Answer:
        body = b"<html>\r\n<head><title>403 Forbidden</title></head>\r\n<hr>nginx\r\n</html>"
        return Answer(403, body, [("Content-Type", "text/html")])


class BehindProxy(TokenRegistry):
    """The proxy drops headers that it does not know, digests among them. It wants a password of its own, and
    sends a page for what it blocks."""

    host = "registry.corp.example"
    described = (
        "https://github.com/distribution/distribution/pull/3849",
        "https://github.com/quay/quay/pull/1310",
        "https://docs.docker.com/engine/daemon/proxy/",
    )
    service = "registry"
    proxy_user = "proxy%40corp:pr0xy%2Fpa55"
    proxy_header = "Basic " + b64encode(b"proxy@corp:pr0xy/pa55").decode()

    def answer(self, request: Request) -> Answer:
        answer = super().answer(request)
        kept = [(name, value) for name, value in answer.headers if not name.startswith("Docker-")]
        return Answer(answer.status, answer.body, [*kept, ("Via", "1.1 proxy.corp.example")])

    def deny(self, call: Call) -> Answer:
        return Answer(
            403, b"<html><title>Blocked</title><p>Policy: uploads</html>", [("Content-Type", "text/html")]
        )
