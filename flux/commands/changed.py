"""Which artifacts changed, and how their published files differ, by git alone."""

from collections.abc import Iterable, Mapping

from flux.artifact.difference import FileDifference, difference
from flux.artifact.image import published
from flux.artifact.tree import EXECUTABLE, REGULAR, File
from flux.monorepo.changed import Changed, find_changed
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.sources import Sources

Files = Mapping[str, File]
Differences = dict[str, list[FileDifference]]
"""The files of each changed artifact that differ."""


def list_changed(
    monorepo: Monorepo, since: str | None, with_files: bool
) -> tuple[Changed, Differences | None]:
    """What changed, as `find_changed` says. `with_files` also compares the files of what changed.

    Raises ContentError for a symlink or a submodule in the place of an artifact.
    """
    changed = find_changed(monorepo, since)
    for error in Sources(monorepo, changed.head).refused().values():
        raise error
    return changed, compare(monorepo, changed) if with_files else None


def compare(monorepo: Monorepo, changed: Changed) -> Differences:
    """The files of each changed or removed artifact that differ. Links and modes are not compared."""
    names = [*changed.reasons, *changed.removed]
    old = _published(monorepo, changed.base, names) if changed.base else {}
    new = _published(monorepo, changed.head, names)
    found = {}
    for name in names:
        before, after = old.get(name, {}), new.get(name, {})
        differing = [path for path in {**before, **after} if _oid(before, path) != _oid(after, path)]
        found[name] = difference(*(_read(monorepo, side, differing) for side in (before, after)))
    return found


def _published(monorepo: Monorepo, commit: str, names: list[str]) -> dict[str, Files]:
    sources = Sources(monorepo, commit)
    return {
        source.artifact: {
            file.path: file
            for file in published(source.files, source.excludes)[1]
            if file.mode in (REGULAR, EXECUTABLE)
        }
        for source in sources.load(sources.present(names))
    }


def _oid(files: Files, path: str) -> str | None:
    return files[path].oid if path in files else None


def _read(monorepo: Monorepo, files: Files, paths: Iterable[str]) -> dict[str, bytes]:
    return {path: monorepo.git.read(files[path].oid) for path in paths if path in files}
