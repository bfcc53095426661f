"""Reads the published content of artifacts at a commit, and compares it between two commits."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from flux.artifact.folder import Folder
from flux.artifact.layout import Layout
from flux.artifact.published import published
from flux.artifact.tree import File
from flux.git.clone import Clone


@dataclass(frozen=True)
class ArtifactContents:
    """The published content of one artifact: its files, and its folders, whose paths end in `/`.

    The output of a build step is identified by the step and by the files that it reads. The paths of these
    files are relative to the root of the repository.
    """

    folder: Folder
    entries: Mapping[str, File | bool]
    step: object = None

    def has(self, path: str) -> bool:
        return path in self.entries or not path

    def path(self, inside: str) -> str:
        """Return an entry's path, relative to the repository's root. It is empty for the artifact itself."""
        return inside if self.step and inside else f"{self.folder.path}/{inside}".removeprefix("/")


def files_of(git: Clone, commit: str, folders: Iterable[Folder]) -> Iterator[tuple[Folder, list[File]]]:
    """Yield each artifact's folder with all its files. Their paths are relative to the folder."""
    wanted = list(folders)
    above = {folder.path.rpartition("/")[0] for folder in wanted}
    base = "".join(f"{path}/" for path in above if path) if len(above) == 1 else ""
    names = [folder.path.removeprefix(base) for folder in wanted]
    files = git.files(commit, base, names)
    for folder, name in zip(wanted, names, strict=True):
        yield folder, files[name]


def compare_contents(
    git: Clone,
    old: tuple[str, Layout] | None,
    new: tuple[str, Layout],
    names: Collection[str] | None = None,
) -> dict[str, list[str]]:
    """Return the artifacts whose published content differs between two commits, each by its own layout."""
    before, after = _published(git, *old, names) if old else {}, _published(git, *new, names)
    found: dict[str, list[str]] = {}
    for name in sorted(before.keys() | after.keys()):
        was, now = before.get(name), after.get(name)
        one, other = was.entries if was else {}, now.entries if now else {}
        if one != other or not (was and now) or was.step != now.step:
            found[name] = [_path(was, now, path) for path in _differing(one, other)]
    return found


def _published(
    git: Clone, commit: str, layout: Layout, names: Collection[str] | None
) -> dict[str, ArtifactContents]:
    found: dict[str, ArtifactContents] = {}
    folders_of = layout.find(git.below(commit), names).folders.values()
    made = [folder for folder in folders_of if folder.entry.prepare]
    for folder, read in read_by(git, commit, layout, made):
        entries = {file.path: file for file in read}
        found[folder.artifact] = ArtifactContents(folder, entries, _step_of(layout, folder))
    for folder, files in files_of(git, commit, [folder for folder in folders_of if folder not in made]):
        folders, kept = published(files, layout.excludes(folder))
        listed: dict[str, File | bool] = {f"{one}/": True for one in folders}
        found[folder.artifact] = ArtifactContents(folder, listed | {file.path: file for file in kept})
    return found


def read_by(
    git: Clone, commit: str, layout: Layout, folders: Sequence[Folder]
) -> Iterator[tuple[Folder, list[File]]]:
    """Yield the files that build steps read. Their paths are relative to the root of the repository."""
    there = git.files(commit, "", [""])[""] if folders else []
    for folder in folders:
        reads = layout.reads(folder)
        yield folder, [file for file in there if reads(file.path)]


def _step_of(layout: Layout, folder: Folder) -> object:
    """Return everything but the files that decides the published output of a build step."""
    step = folder.entry.prepare
    assert step
    return step.command_for(folder), step.output_for(folder), layout.ignore, folder.entry.exclude


def _path(was: ArtifactContents | None, now: ArtifactContents | None, path: str) -> str:
    """Return a path relative to the root of the repository: the present one, else the former one."""
    at = now if now and (now.has(path) or not was) else was
    assert at
    return at.path(path)


def _differing(one: Mapping[str, object], other: Mapping[str, object]) -> list[str]:
    """Return the paths that differ: files, or else folders, or else the artifact itself."""
    differing = [path for path in sorted(one.keys() | other.keys()) if one.get(path) != other.get(path)]
    return [path for path in differing if not path.endswith("/")] or differing or [""]
