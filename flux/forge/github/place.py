"""Which repository on which GitHub server a clone has."""

from urllib.parse import urlsplit

from flux.artifact.source_url import https_url
from flux.errors import RequestError
from flux.forge.place import ForgeClues, Place
from flux.regex import regex

KIND = "github"

DOT_COM = "github.com"
_NAME = regex(r"[A-Za-z0-9_-]+/[A-Za-z0-9._-]+")


def is_there(clues: ForgeClues) -> bool:
    """Whether the clues lead to GitHub."""
    host, _ = _parts(clues)
    hosts = {DOT_COM, Place(KIND, _api(clues)).host} - {""}
    return bool(clues.repository) or host in hosts or host.endswith(".ghe.com")


def find(clues: ForgeClues) -> Place:
    """Return the place. Raises RequestError if the clues do not tell the repository."""
    host, path = _parts(clues)
    api = _api(clues)
    name = clues.repository or path
    if not _NAME.fullmatch(name):
        raise RequestError(
            "the repository on GitHub is unknown" + (f": {name!r} is not a name" if name else ""),
            "set origin to its URL, GITHUB_REPOSITORY to owner/name, or `forge: local`",
        )
    if api and urlsplit(api).scheme not in ("http", "https"):
        raise RequestError(
            f"GITHUB_API_URL is {api!r}, which is not a URL", "an example is https://api.github.com"
        )
    return Place(KIND, api or _api_url(host or DOT_COM), name)


def _parts(clues: ForgeClues) -> tuple[str, str]:
    host, _, path = https_url(clues.origin or "").removeprefix("https://").partition("/")
    return host, path


def _api(clues: ForgeClues) -> str:
    return (clues.api_url or "").rstrip("/")


def _api_url(host: str) -> str:
    """https://docs.github.com/enterprise-server/rest/using-the-rest-api/getting-started-with-the-rest-api"""
    own = host == DOT_COM or host.endswith(".ghe.com")
    return f"https://api.{host}" if own else f"https://{host}/api/v3"
