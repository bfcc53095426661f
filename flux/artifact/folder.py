"""The folders of artifacts: their description in the settings, and their names."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from flux.artifact.glob import FolderGlob
from flux.artifact.ignore import Excludes, matcher
from flux.artifact.prepare import Prepare

NAME, PARENT, PATH = "{name}", "{parent}", "{path}"
FOLDER_FIELD = "{folder}"
"""The last part of the path, in the template of a repository. There `{name}` is the artifact's name."""


@dataclass(frozen=True)
class SourceEntry:
    """Folders that are artifacts: a glob, a template of their names, and patterns of excluded files.

    `path` and the gitignore patterns of `exclude` are relative to the root of the repository. `prepare` is
    the build step that makes the content of each, if there is one.
    """

    path: str
    name: str = NAME
    exclude: tuple[str, ...] = ()
    prepare: Prepare | None = None
    repository: str = ""
    """The template of their repositories; empty for the common template."""

    @cached_property
    def glob(self) -> FolderGlob:
        return FolderGlob(self.path)

    @cached_property
    def excludes(self) -> Excludes:
        return matcher(self.exclude) if self.exclude else lambda path: False

    @cached_property
    def is_plain(self) -> bool:
        """Whether all its folders are in one folder, with their own names and without a build step."""
        return not self.prepare and self.name == NAME and len(self.glob.top) == len(self.glob.parts) - 1

    def takes(self, path: str) -> bool:
        """Whether a folder that matches the glob is an artifact."""
        return not (path and self.exclude and self.excludes(path + "/"))

    def named(self, path: str) -> str:
        """Return the name of the artifact in a folder."""
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
        """Return a path of the repository relative to this folder."""
        return path[len(self.path) + 1 :] if self.path else path

    @property
    def repository(self) -> str:
        """Return the repository of its images, below the registry; empty if the entry does not set it."""
        above, _, last = self.path.rpartition("/")
        known = {NAME: self.artifact, FOLDER_FIELD: last, PARENT: above.rpartition("/")[2], PATH: self.path}
        return re.sub(r"\{\w+\}", lambda field: known[field[0]], self.entry.repository)

    def join(self, inside: str) -> str:
        """Return a path in this folder relative to the root of the repository."""
        return "/".join(filter(None, (self.path, inside)))
