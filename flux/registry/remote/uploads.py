"""Uploads blobs to a repository."""

from contextlib import suppress

from flux.artifact.layer import digest_of
from flux.errors import RegistryError
from flux.registry.remote.address import is_at, join
from flux.registry.remote.connection import Connection
from flux.registry.remote.transport import Response

_STARTED = (201, 202)
_NO_MOUNT = (400, 403, 404, 405, 406, 409, 412, 415, 422, 500, 501)
_STORED = (200, 201, 202, 204)
_NO_HEAD = (400, 401, 403, 404, 405, 406, 410, 415, 501)


class Uploads:
    """The uploads to one repository."""

    def __init__(self, connection: Connection, repository: str) -> None:
        self._connection = connection
        self._repository = repository
        self._base = f"/v2/{repository}/blobs/"
        self._mounts = True  # until a mount fails and a plain upload succeeds

    def push(self, content: bytes) -> None:
        """Store a blob, unless it exists. Raises TransientError if another try may succeed."""
        digest = digest_of(content)
        if not self._mounts and self._has(digest):
            return
        started = self._start(digest)
        if started.status == 201:
            return
        location = self._location(started)
        url = f"{location}{'&' if '?' in location else '?'}digest={digest}"
        headers = {"Content-Type": "application/octet-stream"}
        stored = self._connection.send(self._repository, "PUT", url, _STORED, headers, content, blob=True)
        if stored.status != 201 and not self._has(digest) and not self._gives(digest, len(content)):
            raise RegistryError(
                f"{self._connection.host} answered {stored.status} to an upload to {self._repository}, and "
                "does not have it",
                "check the setting `registry`",
            )

    def try_start(self, there: str | None) -> None:
        """Check that a push is possible, and leave nothing behind.

        A mount of the existing blob `there` needs the same permission, and changes nothing.
        """
        started = self._connection.persist("POST", lambda: self._start(there))
        if started.status == 202:
            upload = self._location(started)
            with suppress(RegistryError):  # an upload that cannot be cancelled will expire
                self._connection.persist(
                    "DELETE",
                    lambda: self._connection.send(self._repository, "DELETE", upload, (200, 202, 204)),
                )

    def _start(self, digest: str | None) -> Response:
        """Begin an upload, or mount a blob from the same repository, which also tells whether it exists.

        If the registry refuses to mount, a plain upload begins.
        """
        url = f"{self._base}uploads/"
        if digest is None or not self._mounts:
            return self._connection.send(self._repository, "POST", url, _STARTED)
        mount = f"{url}?mount={digest}&from={self._repository}"
        answer = self._connection.send(self._repository, "POST", mount, (*_STARTED, *_NO_MOUNT))
        if answer.status in _STARTED:
            return answer
        started = self._connection.send(self._repository, "POST", url, _STARTED)
        self._mounts = False
        return started

    def _location(self, started: Response) -> str:
        location = started.headers.get("Location")
        if location is None:
            raise RegistryError(
                f"{self._connection.host} does not say where an upload to {self._repository} goes",
                "check that it has this repository",
            )
        return location if is_at(location, self._connection.origin) else join(started.url, location)

    def _has(self, digest: str) -> bool:
        """Whether HEAD finds a blob. A blob may exist even if HEAD does not find it."""
        return self._look("HEAD", digest, (200, *_NO_HEAD), 0).status == 200

    def _gives(self, digest: str, size: int) -> bool:
        """Whether GET returns the blob. This is for registries without HEAD."""
        answer = self._look("GET", digest, (200, 404), size)
        return answer.status == 200 and digest_of(answer.data) == digest

    def _look(self, method: str, digest: str, expected: tuple[int, ...], most: int) -> Response:
        url = f"{self._base}{digest}"

        def send() -> Response:
            return self._connection.send(self._repository, method, url, expected, most=most, blob=True)

        return self._connection.persist(method, send)
