"""The artifacts as one commit has them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from flux.artifact.changes import last_changes
from flux.artifact.content import Attributes, content_fault, kind_fault
from flux.artifact.ignore import Excludes
from flux.artifact.image import Image, Revision, layer_of, published
from flux.artifact.name import name_fault
from flux.artifact.tree import SUBMODULE, SYMLINK, File
from flux.errors import ContentError, RequestError
from flux.monorepo.line import walk
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.source_url import source_url
from flux.monorepo.wanted import require_known
from flux.settings.layout import Layout


@dataclass(frozen=True)
class Source:
    """One artifact at one commit. Paths are relative to its folder; `attributes` has git's for each."""

    artifact: str
    files: list[File]
    attributes: dict[str, Attributes]


class Sources:
    """Reads artifacts at one commit, by the settings that this commit has for them.

    All of it raises ContentError where those settings cannot be read.
    """

    def __init__(self, monorepo: Monorepo, commit: str) -> None:
        self._monorepo = monorepo
        self._git = monorepo.git
        self._settings = monorepo.settings
        self.commit = commit

    @cached_property
    def layout(self) -> Layout:
        """Where the artifacts are, and what of them is left out."""
        return self._monorepo.layouts.at(self.commit)

    @property
    def excludes(self) -> Excludes:
        return self.layout.excludes

    def present(self, names: Sequence[str] | None = None) -> list[str]:
        """The artifacts that are there, of those named or all."""
        return self._git.artifacts(self.commit, self.layout.prefix, names)

    def refused(self) -> dict[str, ContentError]:
        """The symlinks and submodules in the folder of the artifacts, where an artifact would be a folder.

        At the root of a clone a symlink may be anything, and only a submodule would be an artifact.
        """
        kinds = (SUBMODULE, SYMLINK) if self.layout.prefix else (SUBMODULE,)
        found = self._git.entries(self.commit, self.layout.prefix)
        faults = {name: kind_fault(File(name, mode, "")) for name, mode in found.items() if mode in kinds}
        return {name: fault for name, fault in faults.items() if fault}

    def folder(self, artifact: str) -> str:
        """The folder of an artifact, from the root of the clone."""
        return f"{self.layout.prefix}{artifact}"

    def choose(self, names: Collection[str]) -> list[str]:
        """The artifacts named, or all if none is. Raises RequestError for a name that is no artifact."""
        present = self.present()
        refused = self.refused() if set(names) - set(present) else {}
        for name in names:
            if name in refused:
                raise refused[name]
        listing = f"artifacts are the folders under {self.layout.sources}/:"
        for name in names:
            require_known(name, present, self.commit[:12], listing)
        return [name for name in present if name in names or not names]

    def load(self, names: Sequence[str]) -> list[Source]:
        """The files of the named artifacts."""
        prefix = self.layout.prefix
        files = self._git.files(self.commit, prefix, names)
        paths = [f"{prefix}{name}/{file.path}" for name in names for file in files[name]]
        attributes = self._git.attributes(self.commit, paths)
        return [
            Source(
                name,
                files[name],
                {file.path: attributes.get(f"{prefix}{name}/{file.path}", {}) for file in files[name]},
            )
            for name in names
        ]

    def left_out(self, artifact: str) -> set[str]:
        """The files of an artifact's folder that are not published."""
        files = self._git.files(self.commit, self.layout.prefix, [artifact])[artifact]
        return {file.path for file in files if self.excludes(file.path)}

    def revisions(self, names: Sequence[str]) -> dict[str, Revision]:
        """The revision of each named artifact. An artifact that was never there has none."""
        return last_changes(walk(self._monorepo, self.commit, names), names)

    def image_of(self, artifact: str) -> Image:
        """The image of one artifact. Raises RequestError for an unknown artifact, and ContentError."""
        (name,) = self.choose([artifact])
        (source,) = self.load([name])
        try:
            return self.image(source, self.revisions([name])[name])
        except ContentError as error:
            raise ContentError(f"{name}: {error.message}", error.hint) from error

    def image(self, source: Source, revision: Revision) -> Image:
        """The image of an artifact. Raises ContentError for content that a cluster would get differently."""
        if fault := name_fault(source.artifact):
            raise ContentError(
                f"{source.artifact!r} cannot be an OCI repository: it {fault}", "rename the folder"
            )
        for file in published(source.files, self.excludes)[1]:
            if error := kind_fault(file):
                raise error

        def read(file: File) -> bytes:
            content = self._git.read(file.oid)
            if error := content_fault(file, content, source.attributes[file.path]):
                raise error
            return content

        tar = layer_of(source.files, self.excludes, read)
        url = source_url(self._monorepo)

        def is_at(commit: str) -> bool:
            return self._has_at(commit, source.artifact, tar)

        return Image(tar, self._settings.branch, revision, url, is_at)

    def _has_at(self, commit: str, artifact: str, tar: bytes) -> bool:
        """Whether a commit on the branch's first-parent line has an artifact with this layer.

        It is asked for by whoever can write to the registry, so nothing is fetched for it but the tip.
        """
        if commit not in self._git.first_parents(self.commit):
            tip = self._monorepo.tip
            if commit not in self._git.first_parents(tip, [commit]):
                return False
        try:
            return Sources(self._monorepo, commit).image_of(artifact).tar == tar
        except (RequestError, ContentError):
            return False
