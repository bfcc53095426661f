"""Which files of an artifact are in its image."""

from collections.abc import Iterable

from flux.artifact.ignore import Excludes
from flux.artifact.tree import File, parents, path_bytes


def published(files: Iterable[File], excludes: Excludes) -> tuple[set[str], list[File]]:
    """The folders and files of an artifact that are in its image.

    A folder is in it even if nothing in it is, as in Flux's own walk of a checkout; the artifact's own folder
    always is, and is not listed.
    """
    folders: set[str] = set()
    kept: list[File] = []
    for file in files:
        folders.update(folder for folder in parents(file.path) if not excludes(folder + "/"))
        if not excludes(file.path):
            kept.append(file)
    return folders, kept


def in_order(files: Iterable[File], excludes: Excludes) -> list[tuple[str, File | None]]:
    """What is published, in the order of the layer; a folder is None.

    Sorted by path parts, not by path: a walk finds `foo/x` before `foo.yaml`.
    """
    folders, kept = published(files, excludes)
    entries: dict[str, File | None] = dict.fromkeys(folders)
    entries |= {file.path: file for file in kept}
    return sorted(entries.items(), key=lambda entry: path_bytes(entry[0]).split(b"/"))
