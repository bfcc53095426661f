"""GitHub's own descriptions of its APIs and of its events, and where they are kept.

Only the standard library: noxfile.py fetches them by the same rules.
"""

import tarfile
from pathlib import Path

from tests import parts

OPENAPI = "23.0.2"
WEBHOOKS = "7.6.1"
GRAPHQL = "15.26.1"

# What is kept of which npm package, and under which name.
FILES = {
    "api.json": (f"@octokit/openapi@{OPENAPI}", "package/generated/api.github.com.json"),
    "events.json": (f"@octokit/webhooks-schemas@{WEBHOOKS}", "package/schema.json"),
    "graphql.json": (f"@octokit/graphql-schema@{GRAPHQL}", "package/schema.json"),
}

FOLDER = parts.CACHE / f"github-descriptions-{OPENAPI}-{WEBHOOKS}-{GRAPHQL}"


def folder() -> Path:
    if not FOLDER.is_dir():
        raise parts.MissingError("GitHub's descriptions of its API are missing: nox -s github")
    return FOLDER


def unpack(tarball: Path, member: str, target: Path) -> None:
    """Take one file out of what `npm pack` leaves."""
    with tarfile.open(tarball) as archive:
        file = archive.extractfile(member)
        assert file is not None
        target.write_bytes(file.read())
