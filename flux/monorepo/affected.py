"""Finds the artifacts that a change affects. A check of the others would find the same as before."""

from collections.abc import Sequence

from flux.monorepo.changed import Changed
from flux.monorepo.commit_artifacts import Sources
from flux.monorepo.monorepo import Monorepo
from flux.settings import FILES

_RULES = ".gitattributes"


def affected(monorepo: Monorepo, changed: Changed, sources: Sources) -> list[str]:
    """Return the artifacts whose published content differs, or whose files git would check out differently.

    A change of the settings affects all artifacts.
    """
    if changed.base is None:
        return sources.present()
    paths = [change.path for change in monorepo.git.changes(changed.base, changed.head, "")]
    if any(path in FILES for path in paths):
        return sources.present()
    ruled = [path.removesuffix(_RULES) for path in paths if path.rpartition("/")[2] == _RULES]
    names = {*changed.reasons, *(_under(sources, ruled) if ruled else ())}
    return sources.present(sorted(names))


def _under(sources: Sources, places: Sequence[str]) -> list[str]:
    """Return the artifacts that contain one of these folders, or that are inside one."""
    return [
        name
        for name, folder in sources.folders.items()
        if any(f"{folder}/".startswith(place) or place.startswith(f"{folder}/") for place in places)
    ]
