"""An artifact as a commit has it: its files, and what is published of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from flux.artifact.content import Attributes
from flux.artifact.folder import Folder
from flux.artifact.ignore import Excludes
from flux.artifact.published import published
from flux.artifact.tree import File


@dataclass(frozen=True)
class Source:
    """One artifact at one commit. Paths are relative to its folder; `attributes` has git's for each.

    `excludes` says which of the files are left out. Of an artifact that a build step makes, the files are
    those that the step reads, from the root of the repository on, until `Sources.made` has made it: then
    they are the step's, below its output, and `made` has what they hold.
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
        """A path of a published file, from the root of the repository on."""
        step = self.folder.entry.prepare
        base = step.output_for(self.folder) if step else self.folder.path
        return "/".join(filter(None, (base, inside)))

    @property
    def kept(self) -> list[File]:
        """The files that are published."""
        return published(self.files, self.excludes)[1]
