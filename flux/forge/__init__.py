"""The place of releases, issues and pull requests: GitHub, or files and branches of the clone itself."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flux.errors import RequestError

if TYPE_CHECKING:
    from flux.forge.forge import Forge
    from flux.forge.local.git import Git
    from flux.forge.place import ForgeClues, Place


def find_place(kind: str, clues: "ForgeClues") -> "Place":
    """Return where the forge is. If `kind` is empty, the clues decide. Raises RequestError if they do not."""
    from flux.forge.kinds import FORGE_KINDS, WITHOUT_SERVER

    there = (name for name, row in FORGE_KINDS.items() if row.is_there(clues))
    return FORGE_KINDS[kind or next(there, WITHOUT_SERVER)].find(clues)


def forge_at(place: "Place", git: "Git", environment: Mapping[str, str]) -> "Forge":
    """Return the forge at a place, for a clone. The token is from `environment` or from the forge's CLI."""
    from flux.forge.kinds import FORGE_KINDS

    return FORGE_KINDS[place.kind].open(place, git, environment)


def find_given_token(environment: Mapping[str, str]) -> str:
    """Return the token that a variable has for a forge of any kind; empty if there is none."""
    from flux.forge.kinds import FORGE_KINDS

    return next(filter(None, (row.given_token(environment) for row in FORGE_KINDS.values())), "")


def has_reports(root: Path) -> bool:
    """Whether clusters have reported to a forge in the clone itself. No server is asked."""
    from flux.forge.kinds import FORGE_KINDS

    return any(row.has_reports(root) for row in FORGE_KINDS.values())


def find_origin_token(
    kind: str, clues: "ForgeClues", *, server_url: str, environment: Mapping[str, str]
) -> tuple[str, str] | None:
    """Return the part of origin's URL that a token is for, and the CLI's login token; None without one.

    Origin must be at the forge's own host, and use HTTPS unless `server_url` says otherwise.
    """
    from flux.forge.kinds import FORGE_KINDS

    try:
        place = find_place(kind, clues)
    except RequestError:
        return None
    if not place.host:
        return None
    parts = urlsplit(clues.origin or "")
    base = f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"
    known = {f"https://{place.host}", *([server_url] if urlsplit(server_url).netloc == place.host else [])}
    if base not in known:
        return None
    token = FORGE_KINDS[place.kind].login_token(place, environment)
    return (base, token) if token else None
