"""How a blob gets into a repository."""

from contextlib import suppress

from flux.artifact.image import digest_of
from flux.errors import RegistryError
from flux.registry.remote.address import join
from flux.registry.remote.connection import Connection
from flux.registry.remote.transport import Response

_STARTED = (201, 202)
_NO_MOUNT = (400, 403, 404, 405, 415, 501)
_STORED = (200, 201, 202, 204)


class Uploads:
    """Of one repository."""

    def __init__(self, connection: Connection, repository: str) -> None:
        self._connection = connection
        self._repository = repository
        self._base = f"/v2/{repository}/blobs/"
        self._mounts = True  # until a mount is refused where an upload is not

    def push(self, content: bytes) -> None:
        """Store a blob, unless it is there. Raises TransientError where another try may do better."""
        digest = digest_of(content)
        if not self._mounts and self._has(digest):
            return
        started = self._start(digest)
        if started.status == 201:
            return
        location = join(started.url, started.headers.get("Location", ""))
        url = f"{location}{'&' if '?' in location else '?'}digest={digest}"
        headers = {"Content-Type": "application/octet-stream"}
        stored = self._connection.send(self._repository, "PUT", url, _STORED, headers, content, blob=True)
        if stored.status != 201 and not self._has(digest):
            raise RegistryError(
                f"{self._connection.host} answered {stored.status} to an upload to {self._repository}, and "
                "does not have it",
                "check the setting `registry`",
            )

    def try_start(self, there: str | None) -> None:
        """Ask whether something could be pushed, and leave nothing behind.

        To mount the blob `there` takes the same right, and nothing comes of it.
        """
        started = self._connection.persist("POST", lambda: self._start(there))
        if started.status == 202:
            upload = join(started.url, started.headers.get("Location", ""))
            with suppress(RegistryError):  # who cannot cancel lets it expire
                self._connection.persist(
                    "DELETE",
                    lambda: self._connection.send(self._repository, "DELETE", upload, (200, 202, 204)),
                )

    def _start(self, digest: str | None) -> Response:
        """Begin an upload, or mount a blob from the repository itself, which asks "is it there?" too.

        A registry that does not mount gets a plain upload.
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

    def _has(self, digest: str) -> bool:
        answer = self._connection.persist(
            "HEAD",
            lambda: self._connection.send(self._repository, "HEAD", f"{self._base}{digest}", (200, 404)),
        )
        return answer.status == 200
