"""The registries of the three large clouds."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flux.artifact.layer import digest_of
from tests.registry.zoo.internet import Site
from tests.registry.zoo.registry import Call, Registry, document, error
from tests.registry.zoo.tokens import TokenRegistry
from tests.servers import Answer, Request


class Ecr(Registry):
    """Basic alone. It mounts only what a manifest names, lists tags in pages, and has a rate limit for the
    call that pushes manifests."""

    host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
    described = (
        "https://github.com/aws/containers-roadmap/issues/2860",
        "https://github.com/openai/tart/issues/144",
        "https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html",
        "https://docs.aws.amazon.com/AmazonECR/latest/userguide/common-errors-docker.html",
    )
    user = "AWS"
    realm_name = "https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/"
    page = 2

    def __init__(self) -> None:
        super().__init__()
        self.puts = 0

    def challenge(self, call: Call) -> Answer:
        header = f'Basic realm="{self.realm_name}",service="ecr.amazonaws.com"'
        return Answer(401, b"Not Authorized\n", [("WWW-Authenticate", header)])

    def start(self, call: Call) -> Answer:
        named = any(call.asked("mount").encode() in content for content, _ in self.manifests.values())
        if call.asked("mount") and not named:
            call = Call(call.request, call.repository, call.kind, call.reference, {})
        return super().start(call)

    def put_manifest(self, call: Call) -> Answer:
        self.puts += 1
        if self.puts % 3 == 2:
            return error(429, "TOOMANYREQUESTS", "Rate exceeded")
        return super().put_manifest(call)

    def list_tags(self, call: Call) -> Answer:
        tags = sorted(self.tags.get(call.repository, {}))
        if not tags:
            return super().list_tags(call)
        later = [tag for tag in tags if tag > call.asked("last")]
        headers = []
        if len(later) > self.page:
            url = f"/v2/{call.repository}/tags/list?last={later[self.page - 1]}&n={self.page}"
            headers = [("Link", f'<{url}>; rel="next"')]
        return document({"name": call.repository, "tags": later[: self.page]}, 200, *headers)


class EcrPublic(TokenRegistry):
    """One scope for all. It answers 400 without a challenge to Basic and to a token that has expired, and 401
    to HEAD of a blob."""

    host = "public.ecr.aws"
    described = (
        "https://github.com/aws/containers-roadmap/issues/2835",
        "https://github.com/dependabot/proxy/issues/157",
        "https://github.com/aws/containers-roadmap/issues/2671",
        "https://github.com/helm/helm/issues/12491",
    )
    user = "AWS"
    realm = "/token/"
    service = "public.ecr.aws"

    def challenges(self, call: Call) -> list[str]:
        return [f'Bearer realm="{self.realm_url}",service="{self.service}",scope="aws"']

    def admit(self, call: Call) -> Answer | None:
        if call.request.headers.get("Authorization", "Bearer ").startswith("Basic "):
            return error(400, "DENIED", "Your Authorization Token is invalid.")
        return super().admit(call)

    def expired(self, call: Call) -> Answer:
        return error(400, "DENIED", "Your Authorization Token has expired. Please reauthenticate.")

    def deny(self, call: Call) -> Answer:
        return error(403, "DENIED", "User is not authorized to perform: ecr-public:InitiateLayerUpload")

    def get_blob(self, call: Call) -> Answer:
        return self.challenge(call) if call.method == "HEAD" else super().get_blob(call)


class Acr(TokenRegistry):
    """A login leaves a refresh token. Blobs are in a storage account, which wants none of our credentials."""

    host = "example.azurecr.io"
    described = (
        "https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md",
        "https://github.com/Azure/acr/issues/217",
        "https://github.com/Azure/azure-sdk-for-js/issues/20957",
        "https://github.com/devcontainers/cli/pull/444",
    )
    user = "00000000-0000-0000-0000-000000000000"
    realm = "/oauth2/token"
    service = "example.azurecr.io"
    storage = "exampleblobs.blob.core.windows.net"

    def config(self, password: str | None = None) -> dict[str, Any]:
        entry = {"auth": self.pair(""), "identitytoken": password or self.password}
        return {"auths": {self.host: entry}}

    def token(self, request: Request) -> Answer:
        asked = parse_qs(request.body.decode())
        if request.method != "POST" or asked.get("service") != [self.service]:
            return error(400, "UNSUPPORTED")
        if (asked.get("grant_type"), asked.get("refresh_token")) != (["refresh_token"], [self.password]):
            return self.wrong_login()
        return self.issue(asked.get("scope", []))

    def grant(self, token: str) -> dict[str, object]:
        return {"access_token": token}

    def sites(self) -> dict[str, Site]:
        return {**super().sites(), self.storage: self.stored}

    def get_blob(self, call: Call) -> Answer:
        found = super().get_blob(call)
        if found.status != 200:
            return found
        url = f"https://{self.storage}/{call.repository}/{call.reference}?sig=x%2Fy%3D&se=2026"
        return Answer(307, b"", [("Location", url), ("Docker-Content-Digest", call.reference)])

    def stored(self, request: Request) -> Answer:
        if "Authorization" in request.headers:
            return Answer(400, b"<Error><Code>InvalidAuthenticationInfo</Code></Error>")
        repository, _, digest = urlsplit(request.path).path[1:].rpartition("/")
        return Answer(200, self.blobs[repository, digest])


class ArtifactRegistry(TokenRegistry):
    """Uploads and downloads are at paths beside `/v2/`, by addresses without a host. Lists of tags say more
    than tags. Who lacks a right gets 403 from the token service already."""

    host = "europe-west1-docker.pkg.dev"
    described = (
        "https://cloud.google.com/artifact-registry/docs/docker/authentication",
        "https://github.com/docker/setup-buildx-action/issues/79",
        "https://github.com/docker/build-push-action/issues/171",
        "https://github.com/google/go-containerregistry/blob/main/pkg/v1/google/list.go",
    )
    prefix = "project/team"
    user = "oauth2accesstoken"
    service = "europe-west1-docker.pkg.dev"

    def answer(self, request: Request) -> Answer:
        path = urlsplit(request.path).path
        for begins, act in (("/artifacts-uploads/", self.upload), ("/artifacts-downloads/", self.download)):
            if path.startswith(begins):
                return act(request, path.removeprefix(begins))
        return super().answer(request)

    def issue(self, scopes: list[str]) -> Answer:
        granted = self.granted(scopes)
        if any(scope.endswith("push") for scope in scopes) and not any(g.endswith("push") for g in granted):
            said = 'Permission "artifactregistry.repositories.uploadArtifacts" denied'
            return error(403, "DENIED", said)
        return super().issue(scopes)

    def upload_at(self, repository: str, upload: str) -> str:
        return f"/artifacts-uploads/namespaces/{repository}/uploads/{upload}"

    def upload(self, request: Request, path: str) -> Answer:
        repository, _, upload = path.removeprefix("namespaces/").partition("/uploads/")
        if request.method != "PUT" or upload not in self.uploads:
            return error(404, "BLOB_UPLOAD_UNKNOWN")
        digest = parse_qs(urlsplit(request.path).query)["digest"][0]
        return self.store(repository, upload, digest, request.body)

    def get_blob(self, call: Call) -> Answer:
        found = super().get_blob(call)
        if found.status != 200 or call.method == "HEAD":
            return found
        url = f"/artifacts-downloads/namespaces/{call.repository}/downloads/{call.reference}"
        return Answer(302, b"", [("Location", url)])

    def download(self, request: Request, path: str) -> Answer:
        repository, _, digest = path.removeprefix("namespaces/").partition("/downloads/")
        return Answer(200, self.blobs[repository, digest])

    def list_tags(self, call: Call) -> Answer:
        if call.repository not in self.tags:
            return super().list_tags(call)
        tags = self.tags[call.repository]
        known = {
            digest: {"imageSizeBytes": str(len(content)), "mediaType": kind, "timeUploadedMs": "1", "tag": []}
            for (repository, digest), (content, kind) in self.manifests.items()
            if repository == call.repository and digest_of(content) == digest
        }
        answer = {"child": [], "manifest": known, "name": call.repository, "tags": sorted(tags)}
        return Answer(200, json.dumps(answer).encode(), [("Content-Type", "application/json")])
