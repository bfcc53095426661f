"""Registries that people run themselves."""

from tests.registry.zoo.registry import MANIFEST_TYPES, Call, Registry, document, error
from tests.registry.zoo.tokens import TokenRegistry
from tests.servers import Answer, Request


class Harbor(TokenRegistry):
    """Sessions beside tokens: it answers 403 to its own cookie. An immutable tag refuses even the digest that
    it has, with 412."""

    host = "harbor.example.com"
    described = (
        "https://github.com/goharbor/harbor/pull/9427",
        "https://github.com/goharbor/harbor/issues/10840",
        "https://github.com/Finsys/dockhand/issues/360",
    )
    user = "robot$team"
    realm = "/service/token"
    service = "harbor-registry"

    def answer(self, request: Request) -> Answer:
        if "Cookie" in request.headers:
            return error(403, "FORBIDDEN", "CSRF token not found in request")
        answer = super().answer(request)
        return Answer(
            answer.status, answer.body, [*answer.headers, ("Set-Cookie", "sid=1; Path=/; HttpOnly")]
        )

    def put_manifest(self, call: Call) -> Answer:
        version = call.reference[0].isdigit() and "." in call.reference
        if version and call.reference in self.tags.get(call.repository, {}):
            return error(412, "PRECONDITION", f"{call.reference} configured as immutable")
        answer = super().put_manifest(call)
        return Answer(502, b"<html>502 Bad Gateway</html>") if version else answer


class Nexus(Registry):
    """It answers HEAD with 404 and a page where GET is 200, and a mount with 400."""

    host = "nexus.example.com"
    described = (
        "https://github.com/andrey-pohilko/registry-cli/issues/14",
        "https://github.com/crazy-max/diun/issues/1614",
        "https://help.sonatype.com/en/docker-authentication.html",
    )
    realm_name = "Sonatype Nexus Repository Manager"

    def serve(self, call: Call) -> Answer:
        if call.method == "HEAD" and call.kind == "manifests":
            return Answer(404, b"<!DOCTYPE html><title>404</title>", [("Content-Type", "text/html")])
        return super().serve(call)

    def start(self, call: Call) -> Answer:
        return Answer(400) if call.asked("mount") else super().start(call)

    def deny(self, call: Call) -> Answer:
        return Answer(403, b"<html><h1>Forbidden</h1></html>", [("Content-Type", "text/html")])


class Artifactory(TokenRegistry):
    """It answers 406 to manifest types in `Accept` where there is no manifest, and sends addresses with
    `http` from behind its own proxy."""

    host = "example.jfrog.io"
    described = (
        "https://github.com/dotnet/sdk-container-builds/issues/382",
        "https://github.com/jfrog/charts/issues/1575",
        "https://jfrog.com/help/r/jfrog-artifactory-documentation/docker-registry",
    )
    prefix = "docker-local/team"
    service = "example.jfrog.io"

    def serve(self, call: Call) -> Answer:
        accepted = call.request.headers.get("Accept", "")
        if call.kind != "manifests" and any(kind in accepted for kind in MANIFEST_TYPES):
            return Answer(406, b"")
        return super().serve(call)

    def challenges(self, call: Call) -> list[str]:
        return [f'Bearer realm="{self.realm_url}",service="{self.service}"']

    def deny(self, call: Call) -> Answer:
        return error(403, "DENIED", "The client does not have permission for manifest")

    def upload_at(self, repository: str, upload: str) -> str:
        return f"http://{self.host}{super().upload_at(repository, upload)}"

    def list_tags(self, call: Call) -> Answer:
        if call.repository not in self.tags:
            return error(404, "NAME_UNKNOWN", "Repository name not known to registry.")
        return document({"name": call.repository, "tags": sorted(self.tags[call.repository])})


class Gitea(TokenRegistry):
    """It sends a challenge for Basic after the one for tokens, whose scope is a star. A missing right is 401
    without an error code, like a missing login."""

    host = "gitea.example.com"
    described = (
        "https://github.com/go-gitea/gitea/issues/36907",
        "https://github.com/go-gitea/gitea/issues/29591",
        "https://github.com/go-gitea/gitea/issues/25846",
    )
    service = "container_registry"

    def challenges(self, call: Call) -> list[str]:
        bearer = f'Bearer realm="{self.realm_url}",service="{self.service}",scope="*"'
        return [bearer, 'Basic realm="Gitea Package API"']

    def grant(self, token: str) -> dict[str, object]:
        return {"token": token}

    def deny(self, call: Call) -> Answer:
        return self.challenge(call)

    def put_blob(self, call: Call) -> Answer:
        answer = super().put_blob(call)
        kept = [(name, value) for name, value in answer.headers if name != "Location"]
        return Answer(answer.status, answer.body, [*kept, ("Docker-Upload-Uuid", call.reference)])
