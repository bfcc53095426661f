"""A build step: the command that makes the content, what it reads, and where it writes."""

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

FIELDS = ("{name}", "{path}")


@dataclass(frozen=True)
class Prepare:
    """A step as the settings say it. `{name}` is the artifact's name, `{path}` its folder.

    `output` is the folder with the content; empty for the artifact's own. `inputs` are gitignore patterns of
    what the step gets to see, from the root of the repository; none for all that is there. The artifact's
    folder is always among them, unless a pattern takes some of it back (`!CHANGELOG.md`).
    """

    command: str
    output: str = ""
    inputs: tuple[str, ...] = ()

    def command_for(self, folder: Folder) -> str:
        """The command line of a shell."""
        return _filled(self.command, folder.artifact, shlex.quote(folder.path or "."))

    def output_for(self, folder: Folder) -> str:
        """The folder with the content, from the root of the repository; empty for the root itself."""
        if not self.output:
            return folder.path
        return "" if self.output == "." else _filled(self.output, folder.artifact, folder.path)

    def reads(self, folder: Folder, state: Sequence[str] = ()) -> Excludes:
        """Whether the step gets to see a file. `state` are files of this tool's, which a promotion changes:
        no step sees them unless `inputs` name them."""
        own = [f"/{_escaped(folder.path)}/"] if folder.path else []
        if not self.inputs:
            return matcher(("*", *(f"!/{_escaped(path)}" for path in state)))
        filled = (_filled(one, folder.artifact, _escaped(folder.path)) for one in self.inputs)
        return matcher((*own, *filled))

    def places(self, folder: Folder) -> list[str]:
        """Paths that have everything that the step reads."""
        named = [one for one in self.inputs if not one.startswith(("!", "#"))]
        tops = [_top(_filled(one, folder.artifact, folder.path)) for one in named]
        return [folder.path, *tops] if self.inputs and folder.path and all(tops) else ["."]


def with_step(entries: Iterable[SourceEntry], step: Prepare | None) -> tuple[SourceEntry, ...]:
    """The entries. Those without a step of their own have this one."""
    return tuple(replace(entry, prepare=entry.prepare or step) for entry in entries)


def _top(pattern: str) -> str:
    """The path below which all is that a pattern matches; empty for the whole repository."""
    anchored = "/" in pattern.rstrip("/")  # a pattern without one matches at any depth
    parts = takewhile(lambda part: not re.search(r"[*?\[\\]", part), pattern.strip("/").split("/"))
    return "/".join(parts) if anchored else ""


def _filled(template: str, name: str, path: str) -> str:
    return re.sub(r"\{name\}|\{path\}", lambda field: name if field[0] == "{name}" else path, template)


def _escaped(path: str) -> str:
    """The gitignore pattern of nothing but this path."""
    return re.sub(r"([\\*?\[\]!# ])", r"\\\1", path)
