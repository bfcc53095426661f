"""Trees: the folders and files of a commit, and the differences between two commits."""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress

from flux.artifact.changes import HasFolder
from flux.artifact.tree import Change, File
from flux.errors import GitError
from flux.git import output
from flux.git.commits import Commits
from flux.git.objects import OBJECT_NAME, Objects
from flux.git.partial import Partial
from flux.git.process import Process
from flux.git.tree import Tree, TreeEntry
from flux.git.tree_diff import compare_trees

RAW_DIFF = (
    "--raw",
    "-z",
    "--no-abbrev",
    "--no-renames",
    "--no-ext-diff",
    "--no-color",
    "--no-relative",
    "--ignore-submodules=none",
    f"-O{os.devnull}",
)
_MOST_PATHS = 500
"""Paths in one tree. For more, git gets the folder that has them all."""

MOST_WALKED = 4
"""Paths of a walk through history. For more, their common folder is faster: each path costs time at every
commit and for every name beside it. If git finds few commits, it prints none before the last."""

_MOST_READ = 64
"""Trees of one folder. For more, one `git ls-tree` is faster."""

_EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def narrowest(
    sources: str, names: Sequence[str] | None, ending: str = "", most: int = _MOST_PATHS
) -> list[str]:
    """Return the paths of the names. If `names` is None or too long, return only their folder."""
    if names is None or len(names) > most:
        return [sources] if sources else []
    return [f"{sources}{name}{ending}" for name in names]


class Trees:
    """The trees of a clone's commits. `sources` is the folder of the artifacts, empty or ending in `/`."""

    def __init__(self, process: Process, commits: Commits, objects: Objects, partial: Partial) -> None:
        self._process = process
        self._partial = partial
        self._commits = commits
        self._objects = objects

    def obtain(self, commits: Sequence[str], files: Sequence[str]) -> None:
        """In a partial clone, fetch the trees of these commits, and some files of each."""
        if not self._process.promisor:
            return
        self._partial.trees(*commits)
        with suppress(GitError):  # git asks again when a file is read
            there = (self.entry(commit, path) for commit in commits for path in files)
            self._objects.obtain_blobs(entry.oid for entry in there if entry)

    def below(self, commit: str) -> Callable[[str], Tree]:
        """Return a function that lists a folder of a commit, in git's order; empty if there is no folder."""

        def of(folder: str) -> Tree:
            found = self.entry(commit, folder)
            return self._objects.tree(found.oid) if found and found.is_tree else Tree()

        return of

    def beside(self, commit: str) -> Callable[[str], list[str]]:
        """Return a function that names the entries of a folder that are no folders."""
        below = self.below(commit)
        return lambda folder: below(folder).leaves()

    def matching(self, commit: str, pattern: str) -> list[str]:
        """Return the text files of a commit that have a line of this form, an extended regular expression."""
        try:
            listed = self._process.fields("grep", "-I", "-l", "-z", "-E", "-e", pattern, commit)
        except GitError as error:
            if error.status != 1:
                raise
            return []
        return [path.removeprefix(f"{commit}:") for path in listed]

    def files(self, commit: str, sources: str, names: Sequence[str]) -> dict[str, list[File]]:
        """Return every file of the named folders under `sources`, with paths relative to each folder.

        A name may have several parts, or be empty for the root of the repository.
        """
        listed: dict[str, list[File]] = {name: [] for name in names}
        if not names:
            return listed
        if len(names) == 1 and (few := self._few_files(commit, sources + names[0])) is not None:
            return {names[0]: few}
        paths = narrowest(sources, names, "/") if "" not in listed else []
        limits = ["--", *paths] if paths else []
        depths = sorted({name.count("/") + bool(name) for name in names})
        for line in self._process.fields("ls-tree", "-r", "-z", commit, *limits):
            entry, _, path = line.partition("\t")
            parts = path[len(sources) :].split("/", depths[-1])
            for depth in depths:
                name, inside = "/".join(parts[:depth]), "/".join(parts[depth:])
                if inside and name in listed:
                    mode, _, oid = entry.split()
                    listed[name].append(File(inside, int(mode, 8), oid))
        return listed

    def _few_files(self, commit: str, folder: str) -> list[File] | None:
        """Return the files below a folder in git's order, None if there are too many trees to read."""
        found: list[File] = []
        top = self.entry(commit, folder)
        left = [("", top)] if top and top.is_tree else []
        read = 0
        while left:
            path, entry = left.pop()
            if not entry.is_tree:
                found.append(File(path, entry.mode, entry.oid))
                continue
            if read == _MOST_READ:
                return None
            read += 1
            below = self._objects.tree(entry.oid).items()
            left += [(f"{path}/{name}".lstrip("/"), each) for name, each in reversed(list(below))]
        return found

    def changes(self, old: str | None, new: str, sources: str) -> list[Change]:
        """Return the changes at or under a path between two commits. If `old` is None, all files are new."""
        self._partial.trees(*filter(None, (old, new)))
        if (few := self._few_changes(old, new, sources)) is not None:
            return few
        under = ["--", sources] if sources else []
        fields = self._process.fields("diff", *RAW_DIFF, old or _EMPTY_TREE, new, *under)
        return [output.change(raw, path) for raw, path in zip(fields[::2], fields[1::2], strict=True)]

    def _few_changes(self, old: str | None, new: str, sources: str) -> list[Change] | None:
        """Like `changes`, without a separate process. Return None if it would read too many trees."""
        before, after = self.entry(old, sources) if old else None, self.entry(new, sources)
        if sources.endswith("/") and not all(entry is None or entry.is_tree for entry in (before, after)):
            return None  # to git, `x/` is not a file `x`
        return compare_trees(self._objects.tree, before, after, sources.rstrip("/"))

    def folders_of(self, commit: str | None) -> HasFolder:
        """Return a test whether the commit has a folder. For None the test is always false."""

        def has(folder: str) -> bool:
            if commit is None:
                return False
            entry = self.entry(commit, folder)
            return entry is not None and entry.is_tree

        return has

    def file(self, commit: str, path: str) -> bytes | None:
        """Return the content of one file at a commit, None if there is no such file."""
        entry = self.entry(commit, path)
        return self._objects.blob(entry.oid) if entry and entry.is_blob else None

    def entry(self, commit: str, path: str) -> TreeEntry | None:
        """Return the entry at a path of a commit, None if there is none."""
        oid = commit if OBJECT_NAME.fullmatch(commit) else self._commits.commit(commit)
        entry = TreeEntry(0o40000, self._objects.tree_of(oid))
        for part in filter(None, path.split("/")):
            below = self._objects.tree(entry.oid).get(part) if entry.is_tree else None
            if below is None:
                return None
            entry = below
        return entry

    def has(self, commit: str, path: str) -> bool:
        """Whether a path exists in a commit."""
        return self.entry(commit, path) is not None

    def uncommitted(self, sources: str) -> list[str]:
        """Return paths under `sources` that differ between the working tree and HEAD, or are untracked."""
        listing = ("status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all")
        fields = self._process.fields(*listing, *(["--", sources] if sources else []))
        return [field[3:] for field in fields]
