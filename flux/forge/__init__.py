"""Where releases, issues and pull requests live: GitHub, or files and branches of the repository itself."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flux.errors import RequestError

if TYPE_CHECKING:
    from flux.forge.forge import Forge
    from flux.forge.local.git import Git


def open_forge(
    kind: str, git: "Git", *, api_url: str | None, repository: str | None, environment: Mapping[str, str]
) -> "Forge":
    """The forge of a clone: `kind` is `github`, `local`, or empty for what the origin's host says.

    `api_url` and `repository` (`owner/name`) are what GitHub Actions or a person say, if they do; the
    token is found in `environment` or asked of `gh`.
    """
    from flux.forge.place import find_place

    place = find_place(kind, git.origin_url, api_url, repository)
    if place is None:
        from flux.forge.local.forge import LocalForge

        return LocalForge(git.root, git)
    from flux.forge.github.forge import GitHubForge
    from flux.forge.github.token import find_token

    return GitHubForge(place.api_url, place.repository, find_token(environment, place.host))


def find_origin_token(
    kind: str,
    origin: str,
    *,
    api_url: str | None,
    server_url: str,
    repository: str | None,
    environment: Mapping[str, str],
) -> tuple[str, str] | None:
    """The part of origin's URL that a token is for, and that of `gh auth login`; None where it has none.

    Only of an origin at the forge's own host, and over HTTPS unless `server_url` says otherwise.
    """
    from urllib.parse import urlsplit

    from flux.forge.github.token import token_of_gh
    from flux.forge.place import find_place

    try:
        place = find_place(kind, origin, api_url, repository)
    except RequestError:
        return None
    if place is None:
        return None
    parts = urlsplit(origin)
    base = f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"
    known = {f"https://{place.host}", *([server_url] if urlsplit(server_url).netloc == place.host else [])}
    if base not in known:
        return None
    token = token_of_gh(environment, place.host)
    return (base, token) if token else None
