"""One repository of a registry over HTTP.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from urllib.parse import urlencode

from flux.artifact.image import MANIFEST_TYPE
from flux.artifact.image_manifest import OTHER_TYPES
from flux.artifact.layer import digest_of
from flux.errors import BlobMissingError, RegistryError
from flux.regex import regex
from flux.registry.remote.connection import Connection
from flux.registry.remote.digest import is_digest, require_same, told_digest
from flux.registry.remote.several import told_tags
from flux.registry.remote.tags import list_tags
from flux.registry.remote.transport import Response
from flux.registry.remote.uploads import Uploads
from flux.registry.target import Manifest

# Every type must be accepted: a registry may answer 404 if the type under a tag is not.
_ACCEPT = {"Accept": ", ".join([MANIFEST_TYPE, *OTHER_TYPES, "*/*"])}
_NO_HEAD = (400, 401, 403, 404, 405, 406, 410, 415, 501)
_STORED = (200, 201, 202)
_NO_PARAMETERS = (400, 404, 405, 414, 415, 422, 501)
_KEPT = regex(r"immutab|already exist|overwr", re.IGNORECASE)


class RemoteTarget:
    """One repository of a registry."""

    def __init__(self, connection: Connection, repository: str) -> None:
        self._connection = connection
        self._repository = repository
        self._name = f"{connection.host}/{repository}"
        self._base = f"/v2/{repository}/"
        self._limits = connection.limits
        self._uploads = Uploads(connection, repository)

    def resolve(self, tag: str) -> str | None:
        head = self._head(tag) if self._connection.heads else None
        if head and head.status == 200 and (digest := told_digest(head.headers, self._name)):
            return digest
        manifest = self.fetch_manifest(tag)  # only GET proves that there is no such tag
        if manifest is None:
            return None
        if head and head.status != 200:
            self._connection.heads = False
        return manifest.digest

    def fetch_manifest(self, reference: str) -> Manifest | None:
        url = self._manifest(reference)
        answer = self._ask("GET", url, (200, 404), _ACCEPT, most=self._limits.manifest)
        if answer.status == 404:
            return None
        media_type = answer.headers.get("Content-Type", MANIFEST_TYPE)
        manifest = Manifest(answer.data, media_type.partition(";")[0].strip())
        what = f"{self._name}: manifest {reference}"
        require_same(manifest.digest, told_digest(answer.headers, self._name), what)
        if ":" in reference:
            require_same(manifest.digest, reference, what)
        return manifest

    def fetch_blob(self, digest: str, size: int | None = None) -> bytes:
        most = self._limits.blob if size is None else size
        answer = self._ask("GET", f"{self._base}blobs/{digest}", (200, 404), most=most, blob=True)
        if answer.status == 404:
            raise BlobMissingError(f"{self._name} lacks its blob {digest}", "build again")
        require_same(digest_of(answer.data), digest, f"{self._name}: blob")
        return answer.data

    def push_blob(self, content: bytes) -> None:
        self._connection.persist("POST", lambda: self._uploads.push(content))

    def push_manifest(self, manifest: Manifest, tag: str) -> None:
        headers = {"Content-Type": manifest.media_type}
        try:
            answer = self._ask("PUT", self._manifest(tag), _STORED, headers, manifest.content)
        except RegistryError as error:
            # An immutable tag also refuses its own manifest, from another run or after a lost answer.
            if _KEPT.search(error.message) and self.resolve(tag) == manifest.digest:
                return
            raise
        self._require_stored(answer, manifest, tag)

    def push_tags(self, manifest: Manifest, tags: Sequence[str]) -> Collection[str]:
        headers = {"Content-Type": manifest.media_type}

        def put(reference: str, tags: Sequence[str], *, persists: bool = False) -> Collection[str] | None:
            query = urlencode([("tag", tag) for tag in tags])
            url = f"{self._manifest(reference)}?{query}"

            def send() -> Response:
                expected = _STORED if persists else (*_STORED, *_NO_PARAMETERS)
                return self._connection.send(
                    self._repository, "PUT", url, expected, headers, manifest.content
                )

            answer = self._connection.persist("PUT", send) if persists else send()
            if answer.status in _NO_PARAMETERS:
                return None
            self._require_stored(answer, manifest, reference)
            return told_tags(answer.headers)

        several = self._connection.several_tags
        return several.push(manifest.digest, tags, put, lambda tag: self.resolve(tag) == manifest.digest)

    def tags(self) -> list[str]:
        return list_tags(self._page, f"{self._base}tags/list", self._name, self._limits)

    def try_push(self) -> None:
        self._uploads.try_start(self._some_blob())

    def _require_stored(self, answer: Response, manifest: Manifest, reference: str) -> None:
        stored = told_digest(answer.headers, self._name)
        if stored is None and answer.status != 201:
            stored = self.resolve(reference) or "none at all"
        require_same(manifest.digest, stored, f"{self._name}: manifest {reference}")

    def _head(self, tag: str) -> Response:
        return self._ask("HEAD", self._manifest(tag), (200, *_NO_HEAD), _ACCEPT)

    def _page(self, url: str) -> Response | None:
        answer = self._ask("GET", url, (200, 404), most=self._limits.tags)
        return None if answer.status == 404 else answer

    def _some_blob(self) -> str | None:
        manifest = self.fetch_manifest(tags[0]) if (tags := self.tags()) else None
        try:
            digest = json.loads(manifest.content)["config"]["digest"] if manifest else None
        except (ValueError, KeyError, TypeError, RecursionError):
            return None
        return digest if is_digest(digest) else None

    def _manifest(self, reference: str) -> str:
        """Return the path of a manifest on the host."""
        return f"{self._base}manifests/{reference}"

    def _ask(
        self,
        method: str,
        url: str,
        expected: tuple[int, ...],
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        *,
        most: int | None = None,
        blob: bool = False,
    ) -> Response:
        def send() -> Response:
            return self._connection.send(
                self._repository, method, url, expected, headers, body, most=most, blob=blob
            )

        return self._connection.persist(method, send)
