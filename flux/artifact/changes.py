"""Finds the artifacts that differ between two commits, and the last commit that changed each."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from flux.artifact.folder import Folder
from flux.artifact.layout import Layout
from flux.artifact.revision import Revision
from flux.artifact.tree import Change, parents

HasFolder = Callable[[str], bool]
"""Whether a folder, by its path from the repository's root, exists in some commit."""


class Commit(NamedTuple):
    """A commit on a first-parent line and its changes relative to its first parent.

    `changes` is None for the first commit of the line, which added every file.
    """

    revision: Revision
    changes: list[Change] | None
    has_folder: HasFolder
    parent_has_folder: HasFolder
    parent: str | None = None


class Passed(NamedTuple):
    """A commit on a first-parent line. `changed` has the artifacts that it changed, each with the files that
    caused this. None means all artifacts."""

    revision: Revision
    changed: Mapping[str, Sequence[str]] | None


def changed_files(
    changes: Iterable[Change],
    layout: Layout,
    old_has_folder: HasFolder,
    new_has_folder: HasFolder,
    made: Callable[[], Sequence[Folder]] = tuple,
) -> dict[str, list[str]]:
    """Return the artifacts whose published content differs, each with the files that caused this.

    An excluded file still counts if it alone makes a folder appear or disappear: folders are entries of the
    image. An artifact whose folder moved is included even if its content is equal. `made` returns the
    artifacts of build steps: for these, every file that the step reads counts.
    """
    reasons: dict[str, list[str]] = defaultdict(list)
    steps = made() if layout.has_steps else ()
    for change in changes:
        for folder in layout.owners(change.path):
            if not folder.entry.prepare and _counts(change, folder, layout, old_has_folder, new_has_folder):
                reasons[folder.artifact].append(change.path)
        for folder in steps:
            if layout.reads(folder)(change.path):
                reasons[folder.artifact].append(change.path)
    return dict(reasons)


def _counts(
    change: Change, folder: Folder, layout: Layout, old_has_folder: HasFolder, new_has_folder: HasFolder
) -> bool:
    excludes, inside = layout.excludes(folder), folder.inside(change.path)
    if not excludes(inside):
        return True
    if not (change.added or change.deleted):
        return False
    known = old_has_folder if change.added else new_has_folder
    folders = ["", *(above for above in parents(inside) if not excludes(above + "/"))]
    return not all(known(folder.join(above)) for above in folders)


def moved(reasons: Mapping[str, Sequence[str]], layout: Layout) -> list[str]:
    """Return the changed artifacts with files in several folders. Only their content shows real changes."""
    if layout.is_plain:
        return []
    return [
        name
        for name, paths in reasons.items()
        if len({one.path for path in paths for one in layout.owners(path) if one.artifact == name}) > 1
    ]


def passed(commit: Commit, layout: Layout, made: Callable[[], Sequence[Folder]] = tuple) -> Passed:
    """Return the artifacts that a commit changed. `made` is as in `changed_files`."""
    if commit.changes is None:
        return Passed(commit.revision, None)
    changed = changed_files(commit.changes, layout, commit.parent_has_folder, commit.has_folder, made)
    return Passed(commit.revision, changed)


def last_changes(line: Iterable[Passed], names: Iterable[str]) -> dict[str, Revision]:
    """Return for each artifact the newest commit of `line` (newest first) that changed its published content.

    It stops reading when every name is found. A name that no commit changed is not in the result.
    """
    wanted = set(names)
    found: dict[str, Revision] = {}
    for commit in line:
        changed = wanted if commit.changed is None else wanted & commit.changed.keys()
        found |= dict.fromkeys(changed, commit.revision)
        wanted = wanted - changed
        if commit.changed is None or not wanted:
            break
    return found
