"""Finds the files of an artifact that are in its image."""

from collections.abc import Iterable

from flux.artifact.ignore import Excludes
from flux.artifact.tree import File, parents, path_bytes

PublishedEntry = tuple[str, File | None]
"""A path in an image, and its file. A folder has None."""


def published(files: Iterable[File], excludes: Excludes) -> tuple[set[str], list[File]]:
    """Return the folders and files of an artifact that are in its image.

    A folder is included even if all its files are excluded, as in Flux's walk of a checkout. The artifact's
    own folder is always included, and is not listed.
    """
    listed = list(files)
    holding = {file.path.rpartition("/")[0] for file in listed} - {""}
    folders = {folder for path in holding for folder in parents(f"{path}/")}
    kept = [file for file in listed if not excludes(file.path)]
    return {folder for folder in folders if not excludes(f"{folder}/")}, kept


def in_order(files: Iterable[File], excludes: Excludes) -> list[PublishedEntry]:
    """Return the published folders and files in the order of the layer.

    They are sorted by path parts, not by path: a walk finds `foo/x` before `foo.yaml`.
    """
    folders, kept = published(files, excludes)
    entries: dict[str, File | None] = dict.fromkeys(folders)
    entries |= {file.path: file for file in kept}
    return sorted(entries.items(), key=lambda entry: path_bytes(entry[0]).split(b"/"))
