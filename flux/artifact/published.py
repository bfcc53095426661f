"""Finds the files of an artifact that are in its image."""

from collections.abc import Iterable

from flux.artifact.ignore import Excludes
from flux.artifact.tree import File, parents, path_bytes


def published(files: Iterable[File], excludes: Excludes) -> tuple[set[str], list[File]]:
    """Return the folders and files of an artifact that are in its image.

    A folder is included even if all its files are excluded, as in Flux's walk of a checkout. The artifact's
    own folder is always included, and is not listed.
    """
    folders: set[str] = set()
    kept: list[File] = []
    for file in files:
        folders.update(parents(file.path))
        if not excludes(file.path):
            kept.append(file)
    return {folder for folder in folders if not excludes(f"{folder}/")}, kept


def in_order(files: Iterable[File], excludes: Excludes) -> list[tuple[str, File | None]]:
    """Return the published paths in the order of the layer. A folder has None as its file.

    They are sorted by path parts, not by path: a walk finds `foo/x` before `foo.yaml`.
    """
    folders, kept = published(files, excludes)
    entries: dict[str, File | None] = dict.fromkeys(folders)
    entries |= {file.path: file for file in kept}
    return sorted(entries.items(), key=lambda entry: path_bytes(entry[0]).split(b"/"))
