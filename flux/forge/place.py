"""Which kind of forge a clone has, and where."""

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Place:
    """A repository on a forge. Where the forge has a server: the URL of its API, and `owner/name` there."""

    kind: str
    api_url: str = ""
    repository: str = ""

    @property
    def host(self) -> str:
        """Where people find it. Where the API has a host of its own, that is `api.` and this one."""
        return urlsplit(self.api_url).netloc.rpartition("@")[2].removeprefix("api.")


@dataclass(frozen=True)
class ForgeClues:
    """What tells where the forge is. `api_url` and `repository` (`owner/name`) are what a person or a job
    says, and go before what `origin`, the URL that git fetches from, says."""

    origin: str | None = None
    api_url: str | None = None
    repository: str | None = None
