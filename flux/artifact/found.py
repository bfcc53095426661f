"""Which artifacts there are in one commit, by the folders that it has."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

from flux.artifact.folder import Entry, Folder
from flux.artifact.glob import ANY_DEPTH, is_name, literal
from flux.artifact.tree import FOLDER, SUBMODULE, SYMLINK


class Node(Protocol):
    """What is in a folder under a name. `mode` is git's."""

    @property
    def mode(self) -> int: ...


Below = Callable[[str], Mapping[str, Node]]
"""What is directly in a folder of a commit, by name; nothing where there is no such folder."""


@dataclass(frozen=True)
class Clash:
    """What keeps two folders from being artifacts together, and what to do about it."""

    message: str
    hint: str


class Odd(NamedTuple):
    """What is not a folder, in the place of one."""

    path: str
    mode: int


@dataclass(frozen=True)
class Found:
    """The folders of the artifacts by their names, and what else is in the place of one."""

    folders: dict[str, Folder] = field(default_factory=dict)
    odd: dict[str, Odd] = field(default_factory=dict)
    clashes: tuple[Clash, ...] = ()

    def of(self, names: Collection[str]) -> Found:
        """Those of these names."""
        folders = {name: folder for name, folder in self.folders.items() if name in names}
        return replace(self, folders=folders, odd={n: odd for n, odd in self.odd.items() if n in names})


def find_all(entries: Sequence[Entry], below: Below) -> Found:
    """Every artifact of a commit. Of two folders of one name the first counts, and the two are a clash."""
    found: dict[str, Folder] = {}
    odd: dict[str, Odd] = {}
    clashes: list[Clash] = []
    for entry in entries:
        for path, mode in _meant(entry, below):
            folder = Folder(entry.named(path), path, entry)
            if mode == FOLDER:
                first = found.setdefault(folder.artifact, folder)
                if first is not folder:
                    clashes.append(_of_name(first, folder))
            elif mode == SUBMODULE or (mode == SYMLINK and ("/" in path or entry.glob.is_fixed)):
                # At the root of a clone a symlink may be anything.
                odd[folder.artifact] = Odd(path, mode)
    if len(entries) > 1:
        clashes += _nested(found)
    return Found(found, odd, tuple(clashes))


def _meant(entry: Entry, below: Below) -> Iterator[tuple[str, int]]:
    """The paths that an entry means, each with its mode."""
    # What has no wildcard is one look, however many names stand beside it.
    known = len(entry.glob.top) - entry.glob.is_fixed
    top, rest = "/".join(entry.glob.top[: max(known, 0)]), entry.glob.parts[max(known, 0) :]
    for path, mode in dict(_matches(rest, top, below)).items():
        is_outermost = ANY_DEPTH not in entry.glob.parts or entry.glob.within(path.split("/")) == path
        if is_outermost and entry.takes(path):
            yield path, mode


def _matches(parts: Sequence[str], folder: str, below: Below) -> Iterator[tuple[str, int]]:
    """What the rest of a glob means below a folder."""
    if not parts:
        yield folder, FOLDER
        return
    part, rest = parts[0], parts[1:]
    if part == ANY_DEPTH:
        yield from _matches(rest, folder, below)
        rest = parts
    listed = below(folder)
    for name in _meant_by(part, listed):
        path, mode = f"{folder}/{name}" if folder else name, listed[name].mode
        if not rest:
            yield path, mode
        elif mode == FOLDER:
            yield from _matches(rest, path, below)


def _meant_by(part: str, listed: Mapping[str, object]) -> list[str]:
    """The names that a part of a glob means."""
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
        "give each a `name` of its own in the setting `artifacts`, such as '{parent}-{name}'",
    )


def _nested(found: Mapping[str, Folder]) -> Iterator[Clash]:
    """Folders in the folder of another artifact, which does not leave them out."""
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
    )
