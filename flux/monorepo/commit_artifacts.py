"""Reads the artifacts at one commit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from flux.artifact.changes import last_changes
from flux.artifact.content import MOST_JUDGED, content_fault, kind_fault
from flux.artifact.discovery import Found
from flux.artifact.folder import Folder
from flux.artifact.layout import Layout
from flux.artifact.name import name_fault
from flux.artifact.published import published
from flux.artifact.revision import Revision
from flux.artifact.tree import Content, File
from flux.errors import ContentError, RequestError, SettingError, TipUnknownError
from flux.monorepo.artifacts import clash_faults, find_artifacts, named_clashes, where
from flux.monorepo.commit_artifact import Source
from flux.monorepo.contents import files_of, read_by
from flux.monorepo.first_parents import walk_first_parents
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.source_url import source_url
from flux.settings import FILES

if TYPE_CHECKING:
    from flux.artifact.image import Image


class Sources:
    """Reads artifacts at one commit, by the settings of this commit.

    Every method raises ContentError if these settings cannot be read.
    """

    def __init__(self, monorepo: Monorepo, commit: str) -> None:
        self._monorepo = monorepo
        self._git = monorepo.git
        self._settings = monorepo.settings
        self.commit = commit
        self._contents: dict[str, bytes] = {}

    @cached_property
    def layout(self) -> Layout:
        """Where the artifacts are, and which files are left out."""
        return self._monorepo.layouts.at(self.commit)

    def present(self, names: Sequence[str] | None = None) -> list[str]:
        """Return the artifacts that exist and do not clash: the named ones, or all."""
        return list(self._find(names).folders)

    @property
    def folders(self) -> dict[str, str]:
        """Return the folder of each artifact, relative to the root of the repository."""
        return {name: folder.path for name, folder in self._find().folders.items()}

    def refused(self) -> dict[str, ContentError]:
        """Return the errors of symlinks and submodules that are in the place of an artifact's folder."""
        found = self.layout.find_odd(self._git.below(self.commit), self._git.beside(self.commit))
        faults = {name: kind_fault(File(odd.path, odd.mode, "")) for name, odd in found.items()}
        return {name: fault for name, fault in faults.items() if fault}

    def clashes(self) -> dict[str, SettingError]:
        """Return the errors of artifacts that clash with others. None of these artifacts is published."""
        return clash_faults(self._may_clash)

    @property
    def clashes_named(self) -> list[str]:
        """The messages about artifacts that clash, for people."""
        return named_clashes(self._may_clash)

    @property
    def _may_clash(self) -> Found:
        return Found() if self.layout.is_plain else self._find()

    def folder(self, artifact: str) -> str | None:
        """Return an artifact's folder, or the refused symlink or submodule in its place, or None."""
        found = self._find([artifact])
        there = found.folders.get(artifact) or found.odd.get(artifact)
        return there.path or "." if there else None

    def places(self, artifact: str) -> list[str]:
        """Return the paths that contain everything an artifact is made of; none if it does not exist."""
        folder, there = self.folder(artifact), self._find([artifact]).folders.get(artifact)
        if there and there.entry.prepare:
            return there.entry.prepare.places(there)
        return [folder] if folder else []

    def _find(self, names: Sequence[str] | None = None) -> Found:
        if names is None:
            return self._all
        return find_artifacts(self._git, self.commit, self.layout, names)

    @cached_property
    def _all(self) -> Found:
        return find_artifacts(self._git, self.commit, self.layout)

    def choose(self, names: Collection[str]) -> list[str]:
        """Return the named artifacts, or all if no name is given.

        Raises RequestError for a name that is not an artifact, SettingError for an artifact that clashes
        with another, and ContentError for a symlink or a submodule in the place of an artifact.
        """
        chosen = self.present(list(names)) if names else self.present()
        if set(names) - set(chosen):
            from flux.monorepo.names import require_committed, require_known

            refused = {**self.clashes(), **self.refused()}
            listing = f"artifacts are {where(self.layout)}:"
            for name in names:
                if name in refused:
                    raise refused[name]
                require_committed(name, self.layout.sort(self._git.uncommitted("")))
                require_known(name, self.present(), self.commit[:12], listing)
        return chosen

    def kept(self, names: Sequence[str]) -> dict[str, list[File]]:
        """Return the published files of the named artifacts that exist. `contents` reads them.

        Raises ContentError if a build step fails.
        """
        self._monorepo.promised.obtain(self.commit)
        folders = self._find(names).folders
        there = [folders[name] for name in names if name in folders]
        loaded = files_of(self._git, self.commit, [folder for folder in there if not folder.entry.prepare])
        kept = {
            folder.artifact: published(files, self.layout.excludes(folder))[1] for folder, files in loaded
        }
        steps = [folder.artifact for folder in there if folder.entry.prepare]
        for source in self.load(steps) if steps else ():
            made = self.made(source)
            kept[source.artifact] = made.kept
            self._contents |= {file.oid: (made.made or {})[file.path] for file in made.kept}
        return kept

    def has_made(self, file: File) -> bool:
        """Whether a build step made a file of `kept`. Other files are in git."""
        return file.oid in self._contents

    def contents(self, files: Iterable[File]) -> dict[str, bytes]:
        """Return the contents of files of `kept`, by path. Raises GitError if one cannot be read."""
        wanted = list(files)
        made = {file.path: self._contents[file.oid] for file in wanted if self.has_made(file)}
        return made | self._git.contents(file for file in wanted if file.path not in made)

    def load(self, names: Sequence[str]) -> list[Source]:
        """Return the named artifacts with their files. Contents are not read and build steps do not run."""
        folders = self._find(names).folders
        steps = [folder for folder in folders.values() if folder.entry.prepare]
        read = dict(read_by(self._git, self.commit, self.layout, steps))
        plain = [folders[name] for name in names if folders[name] not in read]
        found = {source.artifact: source for source in self._load(plain)}
        found |= {
            folder.artifact: Source(folder.artifact, files, {}, folder, self.layout.excludes(folder))
            for folder, files in read.items()
        }
        return [found[name] for name in names]

    def _load(self, folders: Sequence[Folder]) -> list[Source]:
        loaded = list(files_of(self._git, self.commit, folders))
        kept = (published(files, self.layout.excludes(folder))[1] for folder, files in loaded)
        wanted = (file.oid for files in kept for file in files if not kind_fault(file))
        listed = {folder.path: files for folder, files in loaded}
        attributes = self._git.attributes(self.commit, listed, wanted)
        return [
            Source(
                folder.artifact,
                files,
                {file.path: found for file in files if (found := attributes.get(folder.join(file.path)))},
                folder,
                self.layout.excludes(folder),
            )
            for folder, files in loaded
        ]

    def made(self, source: Source, revision: Revision | None = None) -> Source:
        """Run the build step at the artifact's revision and return its output. Raises ContentError."""
        if not source.has_step:
            return source
        revision = revision or self.revisions([source.artifact])[source.artifact]
        made = self._monorepo.steps.make(self.layout, source.folder, source.files, revision)
        return replace(source, files=made.files, made=made.contents)

    def made_twice(self, source: Source) -> tuple[Source, list[str]]:
        """Do the same, and return the files that differ after a second run. Raises ContentError."""
        revision = self.revisions([source.artifact])[source.artifact]
        steps, asked = self._monorepo.steps, (self.layout, source.folder, source.files, revision)
        made = steps.make(*asked)
        return replace(source, files=made.files, made=made.contents), steps.differing(*asked, made)

    def read(self, source: Source, file: File) -> bytes:
        """Return the content of a file."""
        return self._git.read(file.oid) if source.made is None else source.made[file.path]

    def left_out(self, artifact: str) -> set[str]:
        """Return the files of an artifact's folder that are not published."""
        folder = self._find([artifact]).folders.get(artifact)
        if folder is None:
            return set()
        if folder.entry.prepare:
            (source,) = self.load([artifact])
            files = self.made(source).files
        else:
            ((_, files),) = files_of(self._git, self.commit, [folder])
        excludes = self.layout.excludes(folder)
        return {file.path for file in files if excludes(file.path)}

    def revisions(self, names: Sequence[str]) -> dict[str, Revision]:
        """Return the revision of each named artifact. An artifact that never existed has none."""
        return last_changes(walk_first_parents(self._monorepo, self.commit, names), names)

    def reading(self, sources: Iterable[Source]) -> AbstractContextManager[None]:
        """Let this thread make the images of these artifacts, in this order, from one stream of git."""
        return self._git.expecting([file.oid for source in sources for file in source.kept])

    def image_of(self, artifact: str) -> Image:
        """Build the image of one artifact. Raises RequestError for an unknown artifact, and ContentError."""
        self._git.obtain_history(self.commit, files=FILES)
        self._monorepo.promised.obtain(self.commit)
        (name,) = self.choose([artifact])
        (source,) = self.load([name])
        try:
            return self.image(source, self.revisions([name])[name])
        except ContentError as error:
            raise ContentError(f"{name}: {error.message}", error.hint) from error

    def image(self, source: Source, revision: Revision) -> Image:
        """Build the image of an artifact. Raises ContentError for content that would differ in a cluster."""
        from flux.artifact.image import Image, layer_of

        if fault := name_fault(source.artifact):
            raise ContentError(
                f"{source.artifact!r} cannot be an OCI repository: it {fault}", "rename the folder"
            )
        is_earlier = self._is_earlier(revision.commit)
        source = self.made(source, revision)
        source = source.without_links() if is_earlier else source
        for file in source.kept:
            if error := kind_fault(file):
                raise error

        def read() -> Iterator[bytes]:
            return layer_of(source.entries, lambda file: self._content(source, file))

        def is_at(commit: str, diff_id: str) -> bool:
            return self._has_at(commit, source.artifact, diff_id)

        image = Image(read, self._settings.branch, revision, source_url(self._monorepo), is_at, is_earlier)
        image.layer  # noqa: B018 (reads and judges every file)
        return image

    def _is_earlier(self, commit: str) -> bool:
        """Whether the rules of an earlier system apply to a commit. On the branch, they end at the setting
        `adopted`, or at the last commit with the mode `observe`; on a maintenance branch, at the first commit
        that has settings."""
        layouts = self._monorepo.layouts
        if self._monorepo.settings.observes:
            return True
        if not layouts.adopted:
            return False
        if self._git.is_on_line(commit, layouts.adopted) or layouts.observes(commit):
            return True
        with suppress(TipUnknownError):
            is_beside = not self._git.is_on_line(commit, self._monorepo.tip)
            return is_beside and not self._monorepo.layouts.are_said(commit)
        return False

    def _content(self, source: Source, file: File) -> Content:
        """Return the content of a file. Raises ContentError for content that would differ in a cluster."""
        made = source.made
        content = self._git.open(file.oid) if made is None else Content.of(made[file.path])
        attributes = source.attributes.get(file.path, {})
        if content.size > MOST_JUDGED and not attributes:
            return content  # a large file without attributes needs no check of its content
        whole = content.whole()
        if error := content_fault(file, whole, attributes):
            raise error
        return Content.of(whole)

    def _has_at(self, commit: str, artifact: str, diff_id: str) -> bool:
        """Whether a commit on the branch's first-parent line has an artifact with this layer.

        The commit comes from the registry and is not trusted, so nothing but the tip is fetched for it.
        """
        if commit not in self._git.first_parents(self.commit):
            tip = self._monorepo.tip
            if commit not in self._git.first_parents(tip, [commit]):
                return False
        try:
            return Sources(self._monorepo, commit).image_of(artifact).diff_id == diff_id
        except (RequestError, ContentError):
            return False
