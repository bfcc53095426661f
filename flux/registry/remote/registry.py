"""A registry over HTTP, with one repository per artifact."""

from flux.registry.builtin import BuiltinPublisher
from flux.registry.remote.connection import Connection
from flux.registry.remote.limits import Limits, usual_limits
from flux.registry.remote.repository import RemoteTarget


class RemoteRegistry:
    """A registry at `host/prefix`, with at most `jobs` connections at once."""

    def __init__(self, location: str, jobs: int, insecure: bool | None, limits: Limits | None = None) -> None:
        host, _, prefix = location.rstrip("/").partition("/")
        self._host = host
        self._prefix = f"{prefix}/" if prefix else ""
        # The API of Docker Hub has another host than its image names.
        api = "registry-1.docker.io" if host in ("docker.io", "index.docker.io") else host
        self._connection = Connection(api, jobs, insecure, limits or usual_limits())

    def repository(self, artifact: str) -> RemoteTarget:
        return RemoteTarget(self._connection, self._prefix + artifact)

    def publisher(self, artifact: str) -> BuiltinPublisher:
        return BuiltinPublisher(self.repository(artifact))

    def name(self, artifact: str) -> str:
        return f"{self._host}/{self._prefix}{artifact}"
