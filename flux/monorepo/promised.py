"""Fetches what a partial clone left at origin, for a whole plan at once. It does nothing in another clone."""

from __future__ import annotations

from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING

from flux.artifact.published import published
from flux.errors import FluxError
from flux.monorepo.artifacts import find_artifacts
from flux.monorepo.contents import files_of, read_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from flux.monorepo.monorepo import Monorepo

ContentAt = tuple[str, str]
"""The name of an artifact, and a commit."""


class Promised:
    """The content of artifacts that a command may read. It is fetched when the first of it is needed."""

    def __init__(self, monorepo: Monorepo) -> None:
        self._monorepo = monorepo
        self._expected: list[Callable[[], Iterable[ContentAt]]] = []
        self._fetching = Lock()

    def expect(self, contents: Callable[[], Iterable[ContentAt]]) -> None:
        """Fetch these contents together, when one is needed."""
        if self._monorepo.git.filter:
            with self._fetching:
                self._expected.append(contents)

    def obtain(self, commit: str) -> None:
        """Fetch everything expected, if that has a content of this commit."""
        if not self._expected:
            return
        with self._fetching:
            wanted = dict.fromkeys(content for each in self._expected for content in each())
            if any(at == commit for _, at in wanted):
                self._monorepo.git.obtain_blobs(blob for one in wanted for blob in self._blobs(*one))
                wanted.clear()
            self._expected = [lambda: wanted] if wanted else []

    def _blobs(self, artifact: str, commit: str) -> list[str]:
        """Return the files of an artifact at a commit, with the files of git's attributes that apply."""
        git = self._monorepo.git
        with suppress(FluxError, KeyError):  # who reads the content reports it
            layout = self._monorepo.layouts.at(commit)
            folder = find_artifacts(git, commit, layout, [artifact]).folders[artifact]
            if folder.entry.prepare:
                ((_, read),) = read_by(git, commit, layout, [folder])
                return [file.oid for file in read]
            ((_, files),) = files_of(git, commit, [folder])
            kept = published(files, layout.excludes(folder))[1]
            rules = git.attribute_files(commit, {folder.path: files})
            return [*rules, *(file.oid for file in kept)]
        return []
