"""Reads the files that a release published, from git only."""

from flux.artifact.content import kind_fault
from flux.errors import ContentError
from flux.monorepo.commit_artifacts import Sources
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.releases import Released


def released_files(monorepo: Monorepo, released: Released) -> dict[str, bytes]:
    """Return the files of a release's image, by path. Raises ContentError if its commit lacks them."""
    if not monorepo.git.obtain(released.commit):
        raise ContentError(f"the commit of {released.tag} is not here")
    sources = Sources(monorepo, released.commit)
    kept = sources.kept([released.artifact]).get(released.artifact)
    if kept is None:
        raise ContentError(f"{released.tag} has no {released.artifact}")
    return sources.contents(file for file in kept if not kind_fault(file))
