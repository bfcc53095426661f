"""A registry in memory that answers as the distribution specification has it. Profiles bend it.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md
"""

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from flux.artifact.layer import digest_of
from tests.registry.zoo.internet import Site
from tests.servers import Answer, Request

_PATH = re.compile(
    r"/v2/(?P<repository>.+)/(?P<kind>manifests|blobs/uploads|blobs|tags)/(?P<reference>[^/]*)"
)
MANIFEST_TYPES = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json")


@dataclass(frozen=True)
class Call:
    """A request, taken apart."""

    request: Request
    repository: str
    kind: str
    reference: str
    query: Mapping[str, list[str]]

    @property
    def method(self) -> str:
        return self.request.method

    @property
    def writes(self) -> bool:
        return self.method not in ("GET", "HEAD")

    def asked(self, name: str) -> str:
        return self.query.get(name, [""])[0]


def error(status: int, code: str, message: str = "", *headers: tuple[str, str]) -> Answer:
    body = json.dumps({"errors": [{"code": code, "message": message}]}).encode()
    return Answer(status, body, [("Content-Type", "application/json"), *headers])


def document(value: object, status: int = 200, *headers: tuple[str, str]) -> Answer:
    return Answer(status, json.dumps(value).encode(), [("Content-Type", "application/json"), *headers])


def read(request: Request) -> Call | None:
    parts = urlsplit(request.path)
    match = _PATH.fullmatch(parts.path)
    return Call(request, match[1], match[2], match[3], parse_qs(parts.query)) if match else None


class Registry:
    """One that asks for a user and password with each request.

    `described` are the pages and issues that say what is odd about it. `denied` are repositories that this
    user may not write to.
    """

    host: ClassVar[str]
    described: ClassVar[tuple[str, ...]]
    prefix: ClassVar[str] = "team"
    user: ClassVar[str] = "robot"
    trusted: ClassVar[tuple[str, ...]] = ()
    """Other hosts that may see a user and password, or a token: the token service."""
    realm_name: ClassVar[str] = "registry"

    def __init__(self) -> None:
        self.password = "pa55-right"
        self.blobs: dict[tuple[str, str], bytes] = {}
        self.manifests: dict[tuple[str, str], tuple[bytes, str]] = {}
        self.tags: dict[str, dict[str, str]] = {}
        self.uploads: set[str] = set()
        self.denied: set[str] = set()
        self.count = 0

    # Who

    @property
    def location(self) -> str:
        return f"oci://{self.host}/{self.prefix}"

    def config(self, password: str | None = None) -> dict[str, Any]:
        """Docker's configuration, as the login of this registry leaves it."""
        return {"auths": {self.host: {"auth": self.pair(password or self.password)}}}

    def pair(self, password: str) -> str:
        return b64encode(f"{self.user}:{password}".encode()).decode()

    def sites(self) -> dict[str, Site]:
        return {self.host: self.answer}

    def answer(self, request: Request) -> Answer:
        call = read(request)
        if call is None:
            return error(404, "NOT_FOUND")
        refusal = self.admit(call)
        return refusal or self.serve(call)

    def admit(self, call: Call) -> Answer | None:
        """The refusal of who may not do this."""
        if call.request.headers.get("Authorization") != f"Basic {self.pair(self.password)}":
            return self.challenge(call)
        return self.deny(call) if call.writes and call.repository in self.denied else None

    def challenge(self, call: Call) -> Answer:
        basic = ("WWW-Authenticate", f'Basic realm="{self.realm_name}"')
        return error(401, "UNAUTHORIZED", "authentication required", basic)

    def deny(self, call: Call) -> Answer:
        return error(403, "DENIED", "requested access to the resource is denied")

    # What

    def serve(self, call: Call) -> Answer:
        match call.kind, call.method:
            case "manifests", "GET" | "HEAD":
                return self.get_manifest(call)
            case "manifests", "PUT":
                return self.put_manifest(call)
            case "blobs", "GET" | "HEAD":
                return self.get_blob(call)
            case "blobs/uploads", "POST":
                return self.start(call)
            case "blobs/uploads", "PUT":
                return self.put_blob(call)
            case "tags", "GET":
                return self.list_tags(call)
        return error(405, "UNSUPPORTED", "the operation is unsupported")

    def digest(self, call: Call) -> str:
        return self.tags.get(call.repository, {}).get(call.reference, call.reference)

    def get_manifest(self, call: Call) -> Answer:
        digest = self.digest(call)
        if (call.repository, digest) not in self.manifests:
            return self.no_manifest(call)
        content, kind = self.manifests[call.repository, digest]
        if kind not in call.request.headers.get("Accept", ""):
            return self.no_manifest(call)
        return Answer(200, content, [("Content-Type", kind), *self.digest_header(digest)])

    def digest_header(self, digest: str) -> list[tuple[str, str]]:
        return [("Docker-Content-Digest", digest)]

    def no_manifest(self, call: Call) -> Answer:
        known = call.repository in self.tags
        return error(404, "MANIFEST_UNKNOWN" if known else "NAME_UNKNOWN", "not known to registry")

    def put_manifest(self, call: Call) -> Answer:
        content = call.request.body
        digest = digest_of(content)
        read = json.loads(content)
        for named in (read["config"], *read["layers"]):
            if (call.repository, named["digest"]) not in self.blobs:
                return error(404, "MANIFEST_BLOB_UNKNOWN", named["digest"])
        self.manifests[call.repository, digest] = (content, call.request.headers["Content-Type"])
        tags = self.tags.setdefault(call.repository, {})
        if ":" not in call.reference:
            tags[call.reference] = digest
        return Answer(
            201, b"", [*self.digest_header(digest), ("Location", f"/v2/{call.repository}/{digest}")]
        )

    def get_blob(self, call: Call) -> Answer:
        content = self.blobs.get((call.repository, call.reference))
        if content is None:
            return error(404, "BLOB_UNKNOWN", "blob unknown to registry")
        return Answer(200, content, [("Content-Type", "application/octet-stream")])

    def start(self, call: Call) -> Answer:
        if (call.repository, call.asked("mount")) in self.blobs:
            return self.mounted(call)
        self.count += 1
        upload = f"upload-{self.count}"
        self.uploads.add(upload)
        return Answer(202, b"", [("Location", self.upload_at(call.repository, upload))])

    def mounted(self, call: Call) -> Answer:
        return Answer(201, b"", [("Location", f"/v2/{call.repository}/blobs/{call.asked('mount')}")])

    def upload_at(self, repository: str, upload: str) -> str:
        return f"/v2/{repository}/blobs/uploads/{upload}?_state=x%3D%3D"

    def put_blob(self, call: Call) -> Answer:
        if call.reference not in self.uploads:
            return error(404, "BLOB_UPLOAD_UNKNOWN")
        if call.asked("_state") not in ("", "x=="):
            return error(400, "BLOB_UPLOAD_INVALID")
        return self.store(call.repository, call.reference, call.asked("digest"), call.request.body)

    def store(self, repository: str, upload: str, digest: str, content: bytes) -> Answer:
        if digest != digest_of(content):
            return error(400, "DIGEST_INVALID")
        self.uploads.discard(upload)
        self.blobs[repository, digest] = content
        return Answer(201, b"", [("Location", f"/v2/{repository}/blobs/{digest}")])

    def list_tags(self, call: Call) -> Answer:
        if call.repository not in self.tags:
            return error(404, "NAME_UNKNOWN", "repository name not known to registry")
        return document({"name": call.repository, "tags": sorted(self.tags[call.repository])})
