"""Finds the artifacts in one commit by its folders."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import NamedTuple, Protocol

from flux.artifact.folder import Folder, SourceEntry
from flux.artifact.glob import ANY_DEPTH, is_name, literal
from flux.artifact.tree import FOLDER, SUBMODULE, SYMLINK
from flux.errors import SettingError


class Node(Protocol):
    """An entry of a folder. `mode` is git's."""

    @property
    def mode(self) -> int: ...


Below = Callable[[str], Mapping[str, Node]]
"""The direct entries of a folder of a commit by name; empty if there is no such folder."""


class Clash(NamedTuple):
    """The reason why two folders cannot both be artifacts, and a hint.

    `names` are the affected artifacts, `path` is one of the folders.
    """

    message: str
    hint: str
    names: tuple[str, ...]
    path: str

    @property
    def error(self) -> SettingError:
        """The error for each artifact that clashes."""
        return SettingError(self.message, self.hint)


class Odd(NamedTuple):
    """An entry that is not a folder, at the path of an artifact's folder or of a parent."""

    path: str
    mode: int


@dataclass(frozen=True)
class Found:
    """The folders of the artifacts by name, and other entries in the place of such a folder.

    Artifacts that clash are not in `folders`: it is unclear what would be published under their names.
    """

    folders: dict[str, Folder] = field(default_factory=dict)
    odd: dict[str, Odd] = field(default_factory=dict)
    clashes: tuple[Clash, ...] = ()

    @property
    def clashing(self) -> dict[str, Clash]:
        """Return the artifacts that clash, each with one reason."""
        return {name: clash for clash in reversed(self.clashes) for name in clash.names}

    def of(self, names: Collection[str]) -> Found:
        """Return only the artifacts with these names."""
        return replace(
            self,
            folders={name: folder for name, folder in self.folders.items() if name in names},
            odd={name: odd for name, odd in self.odd.items() if name in names},
            clashes=tuple(clash for clash in self.clashes if not set(names).isdisjoint(clash.names)),
        )


def find_all(entries: Sequence[SourceEntry], below: Below) -> Found:
    """Return every artifact of a commit."""
    found: dict[str, Folder] = {}
    odd: dict[str, Odd] = {}
    clashes: list[Clash] = []
    for entry in entries:
        for meant, there in _meant(entry, below):
            folder = Folder(entry.named(meant), meant, entry)
            if there.mode != FOLDER:
                odd[folder.artifact] = there
            elif (first := found.setdefault(folder.artifact, folder)) is not folder:
                clashes.append(_of_name(first, folder))
    if len(entries) > 1:
        clashes += _nested(found)
    clashing = {name for clash in clashes for name in clash.names}
    folders = {name: folder for name, folder in found.items() if name not in clashing}
    return Found(folders, odd, tuple(clashes))


def _meant(entry: SourceEntry, below: Below) -> Iterator[tuple[str, Odd]]:
    """Yield the paths that match an entry, with the folder, symlink or submodule at the path or a parent."""
    found = {there.path: (there, left) for there, left in _matches(entry.glob.parts, "", below)}
    for path, (there, left) in found.items():
        is_outermost = ANY_DEPTH not in entry.glob.parts or entry.glob.within(path.split("/")) == path
        if (left or is_outermost) and _is_meant(entry, there) and entry.takes(path):
            yield "/".join([path, *_literals(left)]), there


def _is_meant(entry: SourceEntry, there: Odd) -> bool:
    """Whether this may be an artifact, or a parent of one. A symlink at the root of a clone counts only if
    the glob begins with a name without wildcards."""
    if there.mode == SYMLINK:
        return "/" in there.path or bool(entry.glob.top)
    return there.mode in (FOLDER, SUBMODULE)


def _literals(parts: Sequence[str]) -> list[str]:
    """Return the names of the first parts of a glob, up to the first wildcard."""
    return [name for name in takewhile(lambda name: name is not None, map(literal, parts)) if name]


def _matches(parts: Sequence[str], folder: str, below: Below) -> Iterator[tuple[Odd, Sequence[str]]]:
    """Yield the matches for the rest of a glob below a folder. It stops at an entry that is not a folder.

    As in a shell, `**` does not follow symlinks.
    """
    if not parts:
        yield Odd(folder, FOLDER), ()
        return
    part, rest = parts[0], parts[1:]
    is_deep = part == ANY_DEPTH
    if is_deep:
        yield from _matches(rest, folder, below)
        rest = parts
    listed = below(folder)
    for name in _meant_by(part, listed):
        there = Odd(f"{folder}/{name}" if folder else name, listed[name].mode)
        if not rest:
            yield there, ()
        elif there.mode == FOLDER:
            yield from _matches(rest, there.path, below)
        elif not is_deep:
            yield there, rest


def _meant_by(part: str, listed: Mapping[str, object]) -> list[str]:
    """Return the names that match a part of a glob."""
    if part == ANY_DEPTH:
        return [name for name in listed if not name.startswith(".")]
    only = literal(part)
    if only is not None:
        return [only] if only in listed else []
    return [name for name in listed if is_name(part, name)]


def _of_name(one: Folder, other: Folder) -> Clash:
    if one.path == other.path:
        return _twice(one, other)
    return Clash(
        f"two artifacts are named {one.artifact}: {one.path or '.'} and {other.path or '.'}",
        "give each its own `name` in the setting `artifacts`, such as '{parent}-{name}'",
        (one.artifact,),
        other.path,
    )


def _nested(found: Mapping[str, Folder]) -> Iterator[Clash]:
    """Yield a clash for each folder in the folder of another artifact that does not exclude it."""
    by_path: dict[str, list[Folder]] = {}
    for folder in found.values():
        by_path.setdefault(folder.path, []).append(folder)
    for folder in found.values():
        parts = folder.path.split("/") if folder.path else []
        above = ("/".join(parts[:depth]) for depth in range(len(parts)))
        yield from (
            _twice(outer, folder)
            for path in above
            for outer in by_path.get(path, ())
            if outer.entry.takes(folder.path)
        )
    for first, *others in by_path.values():
        yield from (_twice(first, other) for other in others)


def _twice(one: Folder, other: Folder) -> Clash:
    return Clash(
        f"{other.path or '.'} is in two artifacts: {one.artifact} (path: {one.entry.path}) and"
        f" {other.artifact} (path: {other.entry.path})",
        f"list {other.path or 'it'} under `exclude` of one of them in the setting `artifacts`",
        (one.artifact, other.artifact),
        other.path,
    )
