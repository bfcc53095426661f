"""Which repository of which GitHub is the forge."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from flux.artifact.source import https_url
from flux.errors import RequestError

_DOT_COM = "github.com"
_NAME = re.compile(r"[A-Za-z0-9_-]+/[A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Place:
    """A repository, as `owner/name`, and the URL of the API that has it."""

    api_url: str
    repository: str

    @property
    def host(self) -> str:
        """Where people find it. Where the API has a host of its own, that is `api.` and this one."""
        return urlsplit(self.api_url).netloc.rpartition("@")[2].removeprefix("api.")


def find_place(kind: str, origin: str | None, api_url: str | None, repository: str | None) -> Place | None:
    """Where `forge: github` is, or None for `forge: local`; with no `kind` the origin's host decides.

    What the environment says (`api_url`, `repository`) goes before what the origin says.
    """
    if kind == "local":
        return None
    host, _, path = https_url(origin or "").removeprefix("https://").partition("/")
    api = (api_url or "").rstrip("/")
    if not kind and not repository and host not in _hosts(api) and not host.endswith(".ghe.com"):
        return None
    name = repository or path
    if not _NAME.fullmatch(name):
        raise RequestError(
            "it is not known which repository on GitHub this is" + (f": {name!r} is no name" if name else ""),
            "let origin be its URL, set GITHUB_REPOSITORY to owner/name, or without GitHub `forge: local`",
        )
    if api and urlsplit(api).scheme not in ("http", "https"):
        raise RequestError(f"GITHUB_API_URL is {api!r}, no URL", "an example is https://api.github.com")
    return Place(api or _api_url(host or _DOT_COM), name)


def _hosts(api: str) -> set[str]:
    return {_DOT_COM, Place(api, "").host} - {""}


def _api_url(host: str) -> str:
    """https://docs.github.com/enterprise-server/rest/using-the-rest-api/getting-started-with-the-rest-api"""
    own = host == _DOT_COM or host.endswith(".ghe.com")
    return f"https://api.{host}" if own else f"https://{host}/api/v3"
