"""The kind of forge that a clone has, and its place."""

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Place:
    """A repository on a forge. If the forge has a server: the URL of its API, and `owner/name` there."""

    kind: str
    api_url: str = ""
    repository: str = ""

    @property
    def host(self) -> str:
        """The host for people. If the API has its own host, that is `api.` and this one."""
        return urlsplit(self.api_url).netloc.rpartition("@")[2].removeprefix("api.")


@dataclass(frozen=True)
class ForgeClues:
    """The facts that show where the forge is. `api_url` and `repository` (`owner/name`) come from a person or
    a job. They override `origin`, the URL that git fetches from."""

    origin: str | None = None
    api_url: str | None = None
    repository: str | None = None
