"""Runs build steps on the files of a commit. A step is code from that commit."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import BoundedSemaphore

from flux.artifact.folder import Folder
from flux.artifact.layout import Layout
from flux.artifact.published import published
from flux.artifact.revision import Revision
from flux.artifact.tree import SUBMODULE, Content, File
from flux.errors import ContentError, GitError
from flux.git.cache import Kept
from flux.git.clone import Clone
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.release_branches import find_released_line
from flux.step import BuildStep, Made, run

_MOST_KEPT = 64 << 20  # bytes of step output in the cache


@dataclass(frozen=True)
class Output:
    """The files that a step made, with paths below its output folder, and their contents."""

    files: list[File]
    contents: dict[str, bytes]


class Steps:
    """Runs the build steps of a monorepo. Threads may share this. Outputs are cached for a while.

    A step sees only the files that its settings name. A commit that changes none of them cannot change the
    output. The step runs as of the artifact's revision.
    """

    def __init__(self, monorepo: Monorepo) -> None:
        self._monorepo = monorepo
        self._made: Kept[object, Output] = Kept(_MOST_KEPT)
        self._places = BoundedSemaphore(os.cpu_count() or 1)

    def make(self, layout: Layout, folder: Folder, files: Sequence[File], revision: Revision) -> Output:
        """Return the output of an artifact's step. Raises ContentError if it fails or may not run here."""
        step = self._step(folder, revision)
        key = (step, tuple((file.path, file.mode, file.oid) for file in files))
        if kept := self._made.get(key):
            return kept
        made = self._run(step, files, revision.commit)
        output = _output(layout, folder, made)
        return self._made.put(key, output, sum(map(len, output.contents.values())) + 1)

    def differing(
        self, layout: Layout, folder: Folder, files: Sequence[File], revision: Revision, first: Output
    ) -> list[str]:
        """Return the published files that differ after another run of the step. Paths are below its output.

        The run begins in another second. This finds steps that write the current time.
        """
        time.sleep(1 - time.time() % 1)
        made = self._run(self._step(folder, revision), files, revision.commit)
        second = _output(layout, folder, made)
        one, other = ({file.path: (file.mode, file.oid) for file in each.files} for each in (first, second))
        return [path for path in sorted(one.keys() | other.keys()) if one.get(path) != other.get(path)]

    def _step(self, folder: Folder, revision: Revision) -> BuildStep:
        prepare = folder.entry.prepare
        assert prepare
        network = self._monorepo.settings.prepare_network
        return BuildStep(prepare.command_for(folder), prepare.output_for(folder), revision.time, network)

    def _run(self, step: BuildStep, files: Sequence[File], commit: str) -> list[Made]:
        self._require_ours(commit)
        with self._places:
            return run(step, _opened(self._monorepo.git, files))

    def _require_ours(self, commit: str) -> None:
        """Raise ContentError for a commit that is neither part of the checkout nor on a line of releases.

        A job of `pull_request_target` has the secrets of the base, and must not run code from strangers.
        """
        git, head = self._monorepo.git, self._monorepo.git.head()
        try:
            if commit == head or git.merge_base(commit, head) == commit:
                return
            if find_released_line(self._monorepo, commit):
                return
        except GitError as error:
            raise ContentError(f"whether its build step may run is not known: {error.message}") from error
        raise ContentError(
            f"its build step does not run for {commit[:12]}, which is neither checked out nor on"
            f" {self._monorepo.settings.branch}",
            "a pull request is checked by the event `pull_request`, whose jobs have no secrets of a fork",
        )


def _opened(git: Clone, files: Sequence[File]) -> Iterator[tuple[File, Content]]:
    """Yield the files and links with their contents."""
    with git.expecting([file.oid for file in files if file.mode != SUBMODULE]):
        for file in files:
            yield file, Content.of(b"") if file.mode == SUBMODULE else git.open(file.oid)


def _output(layout: Layout, folder: Folder, made: Sequence[Made]) -> Output:
    """Return a step's output. Raises ContentError if none of it is published: that would empty clusters."""
    files = [File(one.path, one.mode, _oid(one.content)) for one in made]
    if not published(files, layout.excludes(folder))[1]:
        raise ContentError(
            "its build step made no file that is published",
            "look at the settings `output` and `ignore`, and at what the step writes",
        )
    return Output(files, {one.path: one.content for one in made})


def _oid(content: bytes) -> str:
    """Return the name that git would give to the blob."""
    return hashlib.sha1(b"blob %d\0%s" % (len(content), content), usedforsecurity=False).hexdigest()
