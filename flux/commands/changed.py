"""Finds the changed artifacts and the differences of their published files, only with git."""

from collections.abc import Mapping

from flux.artifact.difference import FileDifference, difference
from flux.artifact.tree import EXECUTABLE, REGULAR, File
from flux.monorepo.changed import Changed, find_changed
from flux.monorepo.commit_artifacts import Sources
from flux.monorepo.monorepo import Monorepo

Files = Mapping[str, File]
Differences = dict[str, list[FileDifference]]
"""The files that differ, by changed artifact."""


def list_changed(
    monorepo: Monorepo, since: str | None, with_files: bool
) -> tuple[Changed, Differences | None]:
    """Return the result of `find_changed`. With `with_files`, also compare the files of changed artifacts.

    Raises ContentError if a symlink or a submodule is in the place of an artifact.
    """
    changed = find_changed(monorepo, since)
    for error in Sources(monorepo, changed.head).refused().values():
        raise error
    return changed, _compare_files(monorepo, changed) if with_files else None


def _compare_files(monorepo: Monorepo, changed: Changed) -> Differences:
    """Return the files that differ, by changed or removed artifact. Links and modes are not compared."""
    names = [*changed.reasons, *changed.removed]
    commits = [Sources(monorepo, commit) if commit else None for commit in (changed.base, changed.head)]
    old, new = (_published(sources, names) if sources else {} for sources in commits)
    sides = {name: _differing(old.get(name, {}), new.get(name, {})) for name in names}
    monorepo.git.obtain_blobs(
        file.oid
        for pair in sides.values()
        for sources, side in zip(commits, pair, strict=True)
        for file in side
        if sources and not sources.has_made(file)
    )
    return {
        name: difference(*(s.contents(side) if s else {} for s, side in zip(commits, pair, strict=True)))
        for name, pair in sides.items()
    }


def _published(sources: Sources, names: list[str]) -> dict[str, Files]:
    kept = sources.kept(names)
    return {
        name: {file.path: file for file in files if file.mode in (REGULAR, EXECUTABLE)}
        for name, files in kept.items()
    }


def _differing(before: Files, after: Files) -> tuple[list[File], list[File]]:
    """Return the files of each side that are missing or different on the other side."""

    def only(side: Files, other: Files) -> list[File]:
        return [file for path, file in side.items() if path not in other or other[path].oid != file.oid]

    return only(before, after), only(after, before)
