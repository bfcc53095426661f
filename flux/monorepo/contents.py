"""What is published of artifacts at a commit, and how two commits differ in that."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from flux.artifact.folder import Folder
from flux.artifact.layout import Layout
from flux.artifact.published import published
from flux.artifact.tree import File
from flux.git.clone import Clone


@dataclass(frozen=True)
class ArtifactContents:
    """What is published of one artifact: its files, and its folders, whose paths end in `/`.

    What a build step makes is told by the files that it reads, from the root of the repository, and by the
    step itself.
    """

    folder: Folder
    entries: Mapping[str, File | bool]
    step: object = None

    def has(self, path: str) -> bool:
        return path in self.entries or not path

    def path(self, inside: str) -> str:
        """The path of an entry from the root of the repository on; empty for the artifact itself."""
        return inside if self.step and inside else f"{self.folder.path}/{inside}".removeprefix("/")


def files_of(git: Clone, commit: str, folders: Iterable[Folder]) -> Iterator[tuple[Folder, list[File]]]:
    """All files of artifacts' folders, with paths from there on."""
    wanted = list(folders)
    above = {folder.path.rpartition("/")[0] for folder in wanted}
    base = "".join(f"{path}/" for path in above if path) if len(above) == 1 else ""
    names = [folder.path.removeprefix(base) for folder in wanted]
    files = git.files(commit, base, names)
    for folder, name in zip(wanted, names, strict=True):
        yield folder, files[name]


def compare(
    git: Clone,
    old: tuple[str, Layout] | None,
    new: tuple[str, Layout],
    names: Collection[str] | None = None,
) -> dict[str, list[str]]:
    """The artifacts whose published content differs, read from the trees of two commits and their layouts."""
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
        found[folder.artifact] = ArtifactContents(folder, entries, step_of(layout, folder))
    for folder, files in files_of(git, commit, [folder for folder in folders_of if folder not in made]):
        folders, kept = published(files, layout.excludes(folder))
        listed: dict[str, File | bool] = {f"{one}/": True for one in folders}
        found[folder.artifact] = ArtifactContents(folder, listed | {file.path: file for file in kept})
    return found


def read_by(
    git: Clone, commit: str, layout: Layout, folders: Sequence[Folder]
) -> Iterator[tuple[Folder, list[File]]]:
    """The files that build steps read, with paths from the root of the repository on."""
    there = git.files(commit, "", [""])[""] if folders else []
    for folder in folders:
        reads = layout.reads(folder)
        yield folder, [file for file in there if reads(file.path)]


def step_of(layout: Layout, folder: Folder) -> object:
    """Everything except files that decides what a build step makes, and what of it is published."""
    step = folder.entry.prepare
    assert step
    return step.command_for(folder), step.output_for(folder), layout.ignore, folder.entry.exclude


def _path(was: ArtifactContents | None, now: ArtifactContents | None, path: str) -> str:
    """A path of an artifact from the root of the repository on: where it is now, else where it was."""
    at = now if now and (now.has(path) or not was) else was
    assert at
    return at.path(path)


def _differing(one: Mapping[str, object], other: Mapping[str, object]) -> list[str]:
    """The paths that say so: files, else folders, else the artifact itself."""
    differing = [path for path in sorted(one.keys() | other.keys()) if one.get(path) != other.get(path)]
    return [path for path in differing if not path.endswith("/")] or differing or [""]
