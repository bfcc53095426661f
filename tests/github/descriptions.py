"""GitHub's own descriptions of its API and of its events, and where they are kept.

Only the standard library: noxfile.py fetches them by the same rules.
"""

import io
import tarfile
from pathlib import Path

from tests import parts

# What is kept of which npm package, and under which name.
PACKAGES = {
    "api.json": ("@octokit/openapi@23.0.2", "package/generated/api.github.com.json"),
    "events.json": ("@octokit/webhooks-schemas@7.6.1", "package/schema.json"),
}

FOLDER = parts.CACHE / "-".join(
    ["github-descriptions", *(package.rpartition("@")[2] for package, _ in PACKAGES.values())]
)


def folder() -> Path:
    if not FOLDER.is_dir():
        raise parts.MissingError("GitHub's descriptions of its API are missing: nox -s github")
    return FOLDER


def member(tarball: Path, path: str) -> bytes:
    """A file out of what `npm pack` leaves."""
    with tarfile.open(tarball) as archive:
        file = archive.extractfile(path) or io.BytesIO()
        return file.read()
