"""The URL that images name as their source."""

from flux.artifact.source_url import https_url
from flux.monorepo.monorepo import Monorepo


def source_url(monorepo: Monorepo) -> str:
    """Return the source URL for images. It is empty if there is none."""
    return monorepo.settings.source or https_url(monorepo.git.named_url or "")
