"""A build step: the command that makes the content, its inputs, and its output folder."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING

from flux.artifact.ignore import Excludes, matcher

if TYPE_CHECKING:
    from flux.artifact.folder import Folder, SourceEntry


@dataclass(frozen=True)
class Prepare:
    """A build step from the settings. `{name}` is the artifact's name, `{path}` its folder.

    `output` is the folder with the content; empty for the artifact's own. `inputs` are gitignore patterns of
    the files that the step can read, relative to the root of the repository; empty for all. The artifact's
    folder is always included, except files that a pattern negates (`!CHANGELOG.md`).
    """

    command: str
    output: str = ""
    inputs: tuple[str, ...] = ()

    def command_for(self, folder: Folder) -> str:
        """Return the shell command for an artifact."""
        return _filled(self.command, folder.artifact, shlex.quote(folder.path or "."))

    def output_for(self, folder: Folder) -> str:
        """Return the folder with the content, relative to the repository's root; empty for the root."""
        if not self.output:
            return folder.path
        return "" if self.output == "." else _filled(self.output, folder.artifact, folder.path)

    def reads(self, folder: Folder, state: Sequence[str] = ()) -> Excludes:
        """Return a test whether the step can read a file. A promotion changes the files in `state`: a step
        can read them only if `inputs` name them."""
        own = [f"/{_escaped(folder.path)}/"] if folder.path else []
        if not self.inputs:
            return matcher(("*", *(f"!/{_escaped(path)}" for path in state)))
        filled = (_filled(one, folder.artifact, _escaped(folder.path)) for one in self.inputs)
        return matcher((*own, *filled))

    def places(self, folder: Folder) -> list[str]:
        """Return paths that contain every file that the step reads."""
        named = [one for one in self.inputs if not one.startswith(("!", "#"))]
        tops = [_top(_filled(one, folder.artifact, folder.path)) for one in named]
        return [folder.path, *tops] if self.inputs and folder.path and all(tops) else ["."]


def with_step(entries: Iterable[SourceEntry], step: Prepare | None) -> tuple[SourceEntry, ...]:
    """Return the entries, with this step for entries that have none."""
    return tuple(replace(entry, prepare=entry.prepare or step) for entry in entries)


def _top(pattern: str) -> str:
    """Return the folder that contains all matches of a pattern; empty for the whole repository."""
    anchored = "/" in pattern.rstrip("/")  # without a slash a pattern matches at any depth
    parts = takewhile(lambda part: not re.search(r"[*?\[\\]", part), pattern.strip("/").split("/"))
    return "/".join(parts) if anchored else ""


def _filled(template: str, name: str, path: str) -> str:
    return re.sub(r"\{name\}|\{path\}", lambda field: name if field[0] == "{name}" else path, template)


def _escaped(path: str) -> str:
    """Return a gitignore pattern that matches only this path."""
    return re.sub(r"([\\*?\[\]!# ])", r"\\\1", path)
