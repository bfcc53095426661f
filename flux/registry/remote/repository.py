"""A registry over HTTP.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md
"""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urljoin

from flux.artifact.image import MANIFEST_TYPE, digest_of
from flux.artifact.image_manifest import OTHER_TYPES
from flux.errors import BlobMissingError, RegistryError
from flux.registry.remote.connection import Answer, Connection, join
from flux.registry.target import Manifest

# A registry may answer 404 for what it has in a type that it was not asked for.
_ACCEPT = {"Accept": ", ".join([MANIFEST_TYPE, *OTHER_TYPES, "*/*"])}
_NEXT = re.compile(r'<([^>]+)>;\s*rel="?next"?')
_MOST_PAGES = 1000


class RemoteTarget:
    """One repository of a registry."""

    def __init__(self, connection: Connection, repository: str) -> None:
        self._connection = connection
        self._repository = repository
        self._base = f"/v2/{repository}/"

    def resolve(self, tag: str) -> str | None:
        answer = self._ask("HEAD", f"manifests/{tag}", (200, 404), _ACCEPT)
        if answer.status == 404:
            return None
        if digest := answer.headers.get("Docker-Content-Digest"):
            return digest
        manifest = self.fetch_manifest(tag)  # the header is optional
        return manifest.digest if manifest else None

    def fetch_manifest(self, reference: str) -> Manifest | None:
        answer = self._ask("GET", f"manifests/{reference}", (200, 404), _ACCEPT)
        if answer.status == 404:
            return None
        media_type = answer.headers.get("Content-Type", MANIFEST_TYPE)
        manifest = Manifest(answer.data, media_type.partition(";")[0].strip())
        claimed = reference if ":" in reference else answer.headers.get("Docker-Content-Digest")
        self._verify(manifest.digest, claimed, f"manifest {reference}")
        return manifest

    def fetch_blob(self, digest: str) -> bytes:
        answer = self._ask("GET", f"blobs/{digest}", (200, 404))
        if answer.status == 404:
            where = f"{self._connection.host}/{self._repository}"
            raise BlobMissingError(f"{where} lacks its blob {digest}", "build again")
        self._verify(digest_of(answer.data), digest, "blob")
        return answer.data

    def push_blob(self, content: bytes) -> None:
        self._connection.persist("POST", lambda: self._upload(content))

    def _upload(self, content: bytes) -> None:
        # To mount from the repository itself asks "is it there?" and opens the upload in one request.
        digest = digest_of(content)
        start = f"{self._base}blobs/uploads/?mount={digest}&from={self._repository}"
        started = self._connection.send(self._repository, "POST", start, (201, 202))
        if started.status == 201:
            return
        location = join(started.url, started.headers.get("Location", ""))
        upload = f"{location}{'&' if '?' in location else '?'}digest={digest}"
        headers = {"Content-Type": "application/octet-stream"}
        self._connection.send(self._repository, "PUT", upload, (201,), headers, content)

    def push_manifest(self, manifest: Manifest, tag: str) -> None:
        headers = {"Content-Type": manifest.media_type}
        answer = self._ask("PUT", f"manifests/{tag}", (201,), headers, manifest.content)
        self._verify(manifest.digest, answer.headers.get("Docker-Content-Digest"), f"manifest {tag}")

    def tags(self) -> list[str]:
        tags: list[str] = []
        page = "tags/list"
        for _ in range(_MOST_PAGES):
            answer = self._ask("GET", page, (200, 404))
            if answer.status == 404:
                break
            tags += self._tags(answer.data)
            following = _NEXT.search(answer.headers.get("Link", ""))
            if following is None:
                break
            page = join(answer.url, following[1])
        return tags

    def try_push(self) -> None:
        # To mount a blob that is there takes the same right, and nothing comes of it.
        there = self._some_blob()
        mount = f"?mount={there}&from={self._repository}" if there else ""
        started = self._ask("POST", f"blobs/uploads/{mount}", (201, 202))
        if started.status == 202:
            upload = join(started.url, started.headers.get("Location", ""))
            with suppress(RegistryError):  # who cannot cancel lets it expire
                self._ask("DELETE", upload, (200, 202, 204))

    def _some_blob(self) -> str | None:
        manifest = self.fetch_manifest(tags[0]) if (tags := self.tags()) else None
        try:
            digest = json.loads(manifest.content)["config"]["digest"] if manifest else None
        except (ValueError, KeyError, TypeError, RecursionError):
            return None
        return digest if isinstance(digest, str) else None

    def _tags(self, body: bytes) -> list[str]:
        try:
            tags = json.loads(body).get("tags") or []
            if all(isinstance(tag, str) for tag in tags):
                return list(tags)
        except (ValueError, AttributeError, TypeError, RecursionError):
            pass
        raise RegistryError(f"{self._connection.host}/{self._repository} sent a list of tags that is none")

    def _ask(
        self,
        method: str,
        path: str,
        expected: tuple[int, ...],
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        url = urljoin(self._base, path)
        return self._connection.persist(
            method, lambda: self._connection.send(self._repository, method, url, expected, headers, body)
        )

    def _verify(self, digest: str, claimed: str | None, what: str) -> None:
        if claimed is not None and claimed != digest:
            raise RegistryError(
                f"{self._connection.host}/{self._repository}: {what} has digest {digest}, not {claimed}",
                "something between here and the registry alters content; nothing more was pushed",
            )
