"""Registries that somebody hosts for everybody."""

from typing import Any
from urllib.parse import urlsplit

from tests.registry.zoo.internet import Site
from tests.registry.zoo.registry import Call, error
from tests.registry.zoo.tokens import TokenRegistry
from tests.servers import Answer, Request


class DockerHub(TokenRegistry):
    """It is known under other names than its own. Its token service and its storage are elsewhere."""

    host = "registry-1.docker.io"
    described = (
        "https://docs.docker.com/reference/api/registry/auth/",
        "https://docs.docker.com/docker-hub/usage/pulls/",
        "https://github.com/icereed/paperless-gpt/pull/1068",
    )
    trusted = ("auth.docker.io",)
    realm = "https://auth.docker.io/token"
    service = "registry.docker.io"
    storage = "production.cloudflare.docker.com"

    @property
    def location(self) -> str:
        return f"oci://docker.io/{self.prefix}"

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0

    def config(self, password: str | None = None) -> dict[str, Any]:
        return {"auths": {"https://index.docker.io/v1/": {"auth": self.pair(password or self.password)}}}

    def sites(self) -> dict[str, Site]:
        return {**super().sites(), self.storage: self.stored}

    def upload_at(self, repository: str, upload: str) -> str:
        return f"https://{self.host}{super().upload_at(repository, upload)}"

    def get_manifest(self, call: Call) -> Answer:
        self.reads += 1
        if self.reads == 5:
            return error(
                429, "TOOMANYREQUESTS", "You have reached your pull rate limit", ("Retry-After", "1")
            )
        return super().get_manifest(call)

    def get_blob(self, call: Call) -> Answer:
        found = super().get_blob(call)
        if found.status != 200:
            return found
        url = f"https://{self.storage}/{call.repository}/{call.reference}/data?verify=1-x%3D"
        return Answer(307, b"", [("Location", url)])

    def stored(self, request: Request) -> Answer:
        if "Authorization" in request.headers:
            return Answer(403, b"")
        repository, digest = urlsplit(request.path).path[1:].removesuffix("/data").rsplit("/", 1)
        return Answer(200, self.blobs[repository, digest])


class Ghcr(TokenRegistry):
    """Limits by the minute, in milliseconds, and another that is a 403 in plain words. It mounts nothing, its
    storage refuses HEAD, and its token service answers 403 to a wrong password."""

    host = "ghcr.io"
    described = (
        "https://github.com/chainguard-images/images/issues/173",
        "https://github.com/int128/docker-manifest-create-action/issues/158",
        "https://github.com/markrussinovich/refchecker/pull/67",
        "https://github.com/containerd/stargz-snapshotter/pull/167",
    )
    realm = "/token"
    service = "ghcr.io"
    storage = "pkg-containers.githubusercontent.com"

    def __init__(self) -> None:
        super().__init__()
        self.puts = 0
        self.posts = 0

    def sites(self) -> dict[str, Site]:
        return {**super().sites(), self.storage: self.stored}

    def grant(self, token: str) -> dict[str, object]:
        return {"token": token}

    def wrong_login(self) -> Answer:
        return error(403, "DENIED", "denied")

    def deny(self, call: Call) -> Answer:
        return error(403, "DENIED", "permission_denied: write_package")

    def start(self, call: Call) -> Answer:
        self.posts += 1
        if self.posts % 4 == 2:
            return error(429, "TOOMANYREQUESTS", "retry-after: 10.305464ms, allowed: 2000/minute")
        return super().start(Call(call.request, call.repository, call.kind, call.reference, {}))

    def put_manifest(self, call: Call) -> Answer:
        self.puts += 1
        if self.puts == 2:
            return Answer(403, b"You have exceeded a secondary rate limit. Please wait a few minutes.")
        return super().put_manifest(call)

    def get_blob(self, call: Call) -> Answer:
        found = super().get_blob(call)
        if found.status != 200:
            return found
        url = f"https://{self.storage}/ghcr1/blobs/{call.repository}/{call.reference}?sig=x"
        return Answer(307, b"", [("Location", url)])

    def stored(self, request: Request) -> Answer:
        if request.method == "HEAD" or "Authorization" in request.headers:
            return Answer(403, b"<Error><Code>AuthenticationFailed</Code></Error>")
        repository, digest = urlsplit(request.path).path.removeprefix("/ghcr1/blobs/").rsplit("/", 1)
        return Answer(200, self.blobs[repository, digest])


class Quay(TokenRegistry):
    """It answers 202 to a manifest, without the digest, as old versions do. `Link` has its own spelling."""

    host = "quay.io"
    described = (
        "https://github.com/containers/image/issues/381",
        "https://github.com/containerd/containerd/pull/3750",
        "https://github.com/eclipse-che/che-plugin-registry/pull/2082",
    )
    user = "team+robot"
    realm = "/v2/auth"
    service = "quay.io"

    def put_manifest(self, call: Call) -> Answer:
        answer = super().put_manifest(call)
        return Answer(202, b"") if answer.status == 201 else answer

    def grant(self, token: str) -> dict[str, object]:
        return {"token": token}

    def list_tags(self, call: Call) -> Answer:
        answer = super().list_tags(call)
        if answer.status != 200 or call.asked("next_page"):
            return answer
        link = f"<https://quay.io/v2/{call.repository}/tags/list?n=50&next_page=gAAA%3D%3D>;  Rel=next"
        return Answer(200, answer.body, [*answer.headers, ("Link", link)])

    def deny(self, call: Call) -> Answer:
        (challenge,) = self.challenges(call)
        return error(
            401,
            "UNAUTHORIZED",
            "access to the requested resource is not authorized",
            ("WWW-Authenticate", f'{challenge},error="insufficient_scope"'),
        )


class GitLab(TokenRegistry):
    """A token service on another host, which knows no `delete` and only the last of several scopes."""

    host = "registry.gitlab.com"
    described = (
        "https://github.com/estesp/manifest-tool/issues/53",
        "https://github.com/google/go-containerregistry/issues/220",
        "https://github.com/werf/werf/pull/1191",
    )
    prefix = "group/project"
    user = "gitlab-ci-token"
    trusted = ("gitlab.com",)
    realm = "https://gitlab.com/jwt/auth"
    service = "container_registry"

    def granted(self, scopes: list[str]) -> set[str]:
        return set() if "delete" in " ".join(scopes) else super().granted(scopes[-1:])

    def wrong_login(self) -> Answer:
        return error(403, "DENIED", "access forbidden")

    def upload_at(self, repository: str, upload: str) -> str:
        return f"https://{self.host}{super().upload_at(repository, upload)}"
