"""What is published of artifacts at a commit, and how two commits differ in that."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from flux.artifact.folder import Folder
from flux.artifact.image import published
from flux.artifact.layout import Layout
from flux.artifact.tree import File
from flux.git.clone import Clone


@dataclass(frozen=True)
class ArtifactContents:
    """What is published of one artifact: its files, and its folders, whose paths end in `/`."""

    folder: Folder
    entries: Mapping[str, File | bool]

    def has(self, path: str) -> bool:
        return path in self.entries or not path


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
    """The artifacts that are published otherwise, read from the trees of two commits and their layouts."""
    before, after = _published(git, *old, names) if old else {}, _published(git, *new, names)
    found: dict[str, list[str]] = {}
    for name in sorted(before.keys() | after.keys()):
        was, now = before.get(name), after.get(name)
        one, other = was.entries if was else {}, now.entries if now else {}
        if one != other or not (was and now):
            found[name] = [_path(was, now, path) for path in _differing(one, other)]
    return found


def _published(
    git: Clone, commit: str, layout: Layout, names: Collection[str] | None
) -> dict[str, ArtifactContents]:
    found: dict[str, ArtifactContents] = {}
    for folder, files in files_of(git, commit, layout.find(git.below(commit), names).folders.values()):
        folders, kept = published(files, layout.excludes(folder))
        entries: dict[str, File | bool] = {f"{one}/": True for one in folders}
        found[folder.artifact] = ArtifactContents(folder, entries | {file.path: file for file in kept})
    return found


def _path(was: ArtifactContents | None, now: ArtifactContents | None, path: str) -> str:
    """A path of an artifact from the root of the repository on: where it is now, else where it was."""
    at = now if now and (now.has(path) or not was) else was
    assert at
    return f"{at.folder.path}/{path}".removeprefix("/")


def _differing(one: Mapping[str, object], other: Mapping[str, object]) -> list[str]:
    """The paths that say so: files, else folders, else the artifact itself."""
    differing = [path for path in sorted(one.keys() | other.keys()) if one.get(path) != other.get(path)]
    return [path for path in differing if not path.endswith("/")] or differing or [""]
