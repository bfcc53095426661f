"""Which artifacts differ between two commits, and which commit changed each of them last."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from flux.artifact.ignore import Excludes
from flux.artifact.image import Revision
from flux.artifact.tree import Change, parents

HasFolder = Callable[[str], bool]
"""Whether a folder, by its path from the repository's root, exists in some commit."""


@dataclass(frozen=True)
class Commit:
    """A commit on a first-parent line and what it changed against its first parent.

    `changes` is None for the commit that began the line, which changed all there was.
    """

    revision: Revision
    changes: list[Change] | None
    has_folder: HasFolder
    parent_has_folder: HasFolder
    parent: str | None = None


@dataclass(frozen=True)
class Passed:
    """A commit on a first-parent line. `changed` has the artifacts that it changed, each with the files that
    say so, None for all that there was."""

    revision: Revision
    changed: Mapping[str, Sequence[str]] | None


def owner(path: str, sources: str) -> tuple[str, str] | None:
    """The artifact that a path is in, and the rest of the path; None for what is in no artifact.

    `sources` is the folder of the artifacts, empty or ending in `/`.
    """
    if not path.startswith(sources):
        return None
    name, slash, rest = path[len(sources) :].partition("/")
    return (name, rest) if slash else None


def changed_files(
    changes: Iterable[Change],
    sources: str,
    excludes: Excludes,
    old_has_folder: HasFolder,
    new_has_folder: HasFolder,
) -> dict[str, list[str]]:
    """The artifacts whose published content differs, each with the files that say so.

    A file that is left out still counts where it alone makes a folder appear or disappear, since folders are
    entries of the image.
    """
    reasons: dict[str, list[str]] = defaultdict(list)
    for change in changes:
        owned = owner(change.path, sources)
        if owned is None:
            continue
        name, inside = owned
        if not excludes(inside):
            reasons[name].append(change.path)
        elif change.added or change.deleted:
            known = old_has_folder if change.added else new_has_folder
            root = sources + name
            folders = [root, *(f"{root}/{f}" for f in parents(inside) if not excludes(f + "/"))]
            if not all(map(known, folders)):
                reasons[name].append(change.path)
    return dict(reasons)


def passed(commit: Commit, sources: str, excludes: Excludes) -> Passed:
    """What a commit changed of what is published."""
    if commit.changes is None:
        return Passed(commit.revision, None)
    changed = changed_files(commit.changes, sources, excludes, commit.parent_has_folder, commit.has_folder)
    return Passed(commit.revision, changed)


def last_changes(line: Iterable[Passed], names: Iterable[str]) -> dict[str, Revision]:
    """For each artifact the newest commit of `line` (newest first) that changed what is published of it.

    Stops reading when every name is found. A name that no commit changed is not in the answer.
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
