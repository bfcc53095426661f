"""The layout of a repository: the artifact of each path, and the excluded files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from flux.artifact.discovery import Below, Found, Odd, find_all
from flux.artifact.folder import Folder, SourceEntry
from flux.artifact.glob import exact_glob
from flux.artifact.ignore import Excludes, excludes
from flux.artifact.prepare import Prepare, with_step
from flux.artifact.tree import path_bytes

_MOST_KNOWN = 100_000


@dataclass(frozen=True)
class Layout:
    """Tells every command what an artifact is. It decides only by paths."""

    artifacts: tuple[SourceEntry, ...] = (SourceEntry("artifacts/*"),)
    ignore: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    """With build steps: the files of the desired state. A step reads them only if its `inputs` say so."""

    @staticmethod
    def under(sources: str, ignore: tuple[str, ...] = ()) -> Layout:
        """The simple form: each folder directly under `sources` is an artifact."""
        return Layout((SourceEntry("*" if sources == "." else f"{exact_glob(sources)}/*"),), ignore)

    def prepared(self, step: Prepare | None, state: tuple[str, ...]) -> Layout:
        """Return this layout with a default step for artifacts without one."""
        entries = with_step(self.artifacts, step)
        steps = any(entry.prepare for entry in entries)
        return replace(self, artifacts=entries, state=state if steps else ())

    @property
    def shown(self) -> str:
        """Return the artifacts' folders or globs, for messages."""
        return self.tops[0] or "." if self.is_simple else ", ".join(entry.path for entry in self.artifacts)

    @property
    def is_simple(self) -> bool:
        """Whether the setting `sources` can describe this layout."""
        (entry, *others) = self.artifacts
        top = "/".join(entry.glob.top)
        return not others and entry == SourceEntry(f"{exact_glob(top)}/*".removeprefix("/"))

    @property
    def only(self) -> str:
        """Return the name of the artifact if there can be only one; else empty."""
        (entry, *others) = self.artifacts
        return entry.named("/".join(entry.glob.top)) if entry.glob.is_fixed and not others else ""

    @property
    def tops(self) -> list[str]:
        """Return the folders that contain all artifacts; empty means the root."""
        return sorted({"/".join(entry.glob.top) for entry in self.artifacts})

    @cached_property
    def is_plain(self) -> bool:
        """Whether an artifact's name determines its folder, and no artifact is inside another."""
        return len(self.artifacts) == 1 and self.artifacts[0].is_plain

    @cached_property
    def has_steps(self) -> bool:
        """Whether a build step makes any of the artifacts."""
        return any(entry.prepare for entry in self.artifacts)

    def excludes(self, folder: Folder) -> Excludes:
        """Return a test whether a file of an artifact is left out. Paths are relative to the artifact's
        folder, or to the output of its build step."""
        ignored, entry = excludes(self.ignore), folder.entry
        if not entry.exclude:
            return ignored
        base = entry.prepare.output_for(folder) if entry.prepare else folder.path
        return lambda inside: ignored(inside) or entry.excludes(f"{base}/{inside}".removeprefix("/"))

    def reads(self, folder: Folder) -> Excludes:
        """Return a test whether an artifact uses a file. Paths are relative to the repository's root."""
        if folder not in self._read:
            step = folder.entry.prepare
            outside, excluded = folder.path and f"{folder.path}/", self.excludes(folder)
            self._read[folder] = (
                step.reads(folder, self.state)
                if step
                else lambda path: path.startswith(outside) and not excluded(folder.inside(path))
            )
        return self._read[folder]

    def owners(self, path: str) -> Sequence[Folder]:
        """Return the artifacts' folders that contain a file. Without a clash, all but one exclude it."""
        folder = path.rpartition("/")[0]
        if folder not in self._known:
            if len(self._known) > _MOST_KNOWN:
                self._known.clear()
            self._known[folder] = tuple(self._claims(folder))
        return self._known[folder]

    def owner(self, path: str) -> Folder | None:
        """Return the folder of the artifact that uses a file, None if no artifact does."""
        found = (one for one in self.owners(path) if self.reads(one)(path))
        return next(found, None)

    def sort(self, paths: Iterable[str]) -> dict[str, list[str]]:
        """Return the files of each artifact, from a list of files."""
        sorted_: dict[str, list[str]] = {}
        for path in paths:
            if folder := self.owner(path):
                sorted_.setdefault(folder.artifact, []).append(path)
        return sorted_

    def find(self, below: Below, names: Iterable[str] | None = None) -> Found:
        """Return the artifacts of a commit: the named ones, or all."""
        if names is not None and self.is_plain:
            (entry,) = self.artifacts
            top = "/".join(entry.glob.top)
            there = below(top)
            wanted = [name for name in names if name in there]
            only = {name: there[name] for name in sorted(wanted, key=lambda name: path_bytes(name + "/"))}
            return find_all(self.artifacts, lambda folder: only if folder == top else below(folder))
        found = find_all(self.artifacts, below)
        if names is None:
            return found
        return found.of(set(names))

    def find_odd(self, below: Below, beside: Callable[[str], Iterable[str]]) -> dict[str, Odd]:
        """Return by artifact name the entries in its place that are not folders. `beside` returns the names
        of such entries in a folder of the commit."""
        if not self.is_plain:
            return self.find(below).odd
        return self.find(below, beside("/".join(self.artifacts[0].glob.top))).odd

    def reach(self, names: Sequence[str]) -> tuple[str, Sequence[str]]:
        """Return where files of the named artifacts can be: a folder that ends in `/` (empty for the root)
        and names below it. No names mean the whole folder. A build step may read any file."""
        if self.is_plain:
            (top,) = self.tops
            return (f"{top}/" if top else ""), names
        tops = [""] if self.has_steps else self.tops
        outermost = [top for top in tops if not any(top.startswith(f"{other}/") for other in tops)]
        return "", [] if "" in tops else outermost

    @cached_property
    def _read(self) -> dict[Folder, Excludes]:
        return {}

    @cached_property
    def _known(self) -> dict[str, Sequence[Folder]]:
        return {}

    def _claims(self, folder: str) -> Iterator[Folder]:
        parts = folder.split("/") if folder else []
        for entry in self.artifacts:
            path = entry.glob.within(parts)
            if path is not None and entry.takes(path):
                yield Folder(entry.named(path), path, entry)
