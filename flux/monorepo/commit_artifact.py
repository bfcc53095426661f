"""An artifact at one commit: its files, and those that are published."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

from flux.artifact.content import Attributes
from flux.artifact.folder import Folder
from flux.artifact.ignore import Excludes
from flux.artifact.published import PublishedEntry, in_order
from flux.artifact.tree import SYMLINK, File


@dataclass(frozen=True)
class Source:
    """One artifact at one commit. Paths are relative to its folder. `attributes` has their git attributes.

    `excludes` says which files are left out. If the artifact has a build step, the files are those that the
    step reads, with paths from the root of the repository. After `Sources.made`, they are the step's output,
    with paths below the output folder, and `made` has their contents.
    """

    artifact: str
    files: list[File]
    attributes: dict[str, Attributes]
    folder: Folder
    excludes: Excludes
    made: Mapping[str, bytes] | None = None

    @property
    def has_step(self) -> bool:
        """Whether its build step has not run yet."""
        return self.folder.entry.prepare is not None and self.made is None

    def join(self, inside: str) -> str:
        """Return the path of a published file, relative to the root of the repository."""
        step = self.folder.entry.prepare
        base = step.output_for(self.folder) if step else self.folder.path
        return "/".join(filter(None, (base, inside)))

    def without_links(self) -> Self:
        """Return it without symlinks, which `flux push artifact` leaves out."""
        links = {file.path for file in self.files if file.mode == SYMLINK}
        return replace(self, excludes=lambda path: path in links or self.excludes(path)) if links else self

    @cached_property
    def entries(self) -> list[PublishedEntry]:
        """The folders and files that are published, in the order of the layer."""
        return in_order(self.files, self.excludes)

    @property
    def kept(self) -> list[File]:
        """The files that are published, in the same order."""
        return [file for _, file in self.entries if file]
