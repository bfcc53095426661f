"""The folders that are artifacts: how settings describe them, and their names."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from flux.artifact.glob import FolderGlob
from flux.artifact.ignore import Excludes, matcher
from flux.artifact.prepare import Prepare

NAME, PARENT, PATH = "{name}", "{parent}", "{path}"
FOLDER = "{folder}"
"""In the template of a repository, where `{name}` is the artifact's: the last part of the path."""


@dataclass(frozen=True)
class SourceEntry:
    """Folders that are artifacts: a glob, a template of their names, and what is not a part of them.

    `path` counts from the root of the repository, and so do the gitignore patterns of `exclude`. `prepare` is
    the step that makes the content of each, where there is one.
    """

    path: str
    name: str = NAME
    exclude: tuple[str, ...] = ()
    prepare: Prepare | None = None
    repository: str = ""
    """The template of their repositories, where it is not that of all."""

    @cached_property
    def glob(self) -> FolderGlob:
        return FolderGlob(self.path)

    @cached_property
    def excludes(self) -> Excludes:
        return matcher(self.exclude) if self.exclude else lambda path: False

    @cached_property
    def is_plain(self) -> bool:
        """Whether it means all folders in one folder, unchanged and by their own names."""
        return not self.prepare and self.name == NAME and len(self.glob.top) == len(self.glob.parts) - 1

    def takes(self, path: str) -> bool:
        """Whether a folder that the glob means is an artifact."""
        return not (path and self.exclude and self.excludes(path + "/"))

    def named(self, path: str) -> str:
        """The name of the artifact in a folder."""
        if self.name == NAME:
            return path.rpartition("/")[2]
        above, _, last = path.rpartition("/")
        name = self.name.replace(NAME, last).replace(PARENT, above.rpartition("/")[2])
        return name.replace(PATH, path.replace("/", "-"))


@dataclass(frozen=True)
class Folder:
    """An artifact's folder. `path` is empty for the root of the repository."""

    artifact: str
    path: str
    entry: SourceEntry = field(repr=False)

    def inside(self, path: str) -> str:
        """A path of the repository, from this folder on."""
        return path[len(self.path) + 1 :] if self.path else path

    @property
    def repository(self) -> str:
        """Where its entry sends its images, below the registry; empty where the entry does not say."""
        above, _, last = self.path.rpartition("/")
        known = {NAME: self.artifact, FOLDER: last, PARENT: above.rpartition("/")[2], PATH: self.path}
        return re.sub(r"\{\w+\}", lambda field: known[field[0]], self.entry.repository)

    def join(self, inside: str) -> str:
        """A path in this folder, from the root of the repository on."""
        return "/".join(filter(None, (self.path, inside)))
