"""How the published files of changed artifacts differ, by git alone."""

from collections.abc import Iterable, Mapping

from flux.artifact.difference import FileDifference, difference
from flux.artifact.image import published
from flux.artifact.tree import EXECUTABLE, REGULAR, File
from flux.git.clone import Clone
from flux.monorepo.changed import Changed
from flux.monorepo.sources import Sources
from flux.settings import Settings

Files = Mapping[str, File]


def compare(repository: Clone, settings: Settings, changed: Changed) -> dict[str, list[FileDifference]]:
    """The files of each changed or removed artifact that differ; of links and modes it knows nothing."""
    names = [*changed.reasons, *changed.removed]
    old = _published(repository, settings, changed.base, names) if changed.base else {}
    new = _published(repository, settings, changed.head, names)
    found = {}
    for name in names:
        before, after = old.get(name, {}), new.get(name, {})
        differing = [path for path in {**before, **after} if _oid(before, path) != _oid(after, path)]
        found[name] = difference(*(_read(repository, side, differing) for side in (before, after)))
    return found


def _published(repository: Clone, settings: Settings, commit: str, names: list[str]) -> dict[str, Files]:
    sources = Sources(repository, settings, commit)
    present = repository.artifacts(commit, settings.prefix, names)
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


def _read(repository: Clone, files: Files, paths: Iterable[str]) -> dict[str, bytes]:
    return {path: repository.read(files[path].oid) for path in paths if path in files}
