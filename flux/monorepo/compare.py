"""How the published files of changed artifacts differ, by git alone."""

from collections.abc import Iterable, Mapping

from flux.artifact.difference import FileDifference, difference
from flux.artifact.image import published
from flux.artifact.tree import EXECUTABLE, REGULAR, File
from flux.monorepo.changed import Changed
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.sources import Sources

Files = Mapping[str, File]


def compare(monorepo: Monorepo, changed: Changed) -> dict[str, list[FileDifference]]:
    """The files of each changed or removed artifact that differ; of links and modes it knows nothing."""
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
    present = monorepo.git.artifacts(commit, monorepo.settings.prefix, names)
    return {
        source.artifact: {
            file.path: file
            for file in published(source.files, sources.excludes)[1]
            if file.mode in (REGULAR, EXECUTABLE)
        }
        for source in sources.load(present)
    }


def _oid(files: Files, path: str) -> str | None:
    return files[path].oid if path in files else None


def _read(monorepo: Monorepo, files: Files, paths: Iterable[str]) -> dict[str, bytes]:
    return {path: monorepo.git.read(files[path].oid) for path in paths if path in files}
