"""Finds the commit of a revision, fetches it if needed, and compares histories."""

import re
from collections.abc import Iterable
from contextlib import suppress

from flux.errors import GitError, HistoryMissingError, RequestError
from flux.git.cache import Kept
from flux.git.objects import OBJECT_NAME, Objects
from flux.git.origin import Origin
from flux.git.process import Process
from flux.git.shallow import FETCH_DEPTH, Shallow

_MOST_BASES = 10_000


class Commits:
    """The commits of a clone."""

    def __init__(self, process: Process, origin: Origin, shallow: Shallow, objects: Objects) -> None:
        self._process = process
        self._origin = origin
        self._shallow = shallow
        self._objects = objects
        self._bases: Kept[tuple[str, str], tuple[str | None]] = Kept(_MOST_BASES)

    def commit(self, revision: str) -> str:
        """Return the commit that a revision names. Raises RequestError if it names none."""
        if (found := self.resolve(revision)) is None and self._shallow.edge():
            with suppress(HistoryMissingError):
                self._shallow.complete()
                found = self.resolve(revision)
        if found is None:
            hint = "`git log` and `git branch -a` show what there is"
            raise RequestError(
                f"{revision!r} names no commit in this clone",
                f"the clone is shallow: {FETCH_DEPTH}" if self._shallow.edge() else hint,
            )
        return found

    def resolve(self, revision: str) -> str | None:
        """Return the commit that a revision names, None if it names none."""
        if OBJECT_NAME.fullmatch(revision):
            with suppress(GitError):
                found = self._objects.commit(revision)
                return found[0] if found else None
            return None
        if revision == "HEAD" or revision.startswith("refs/"):
            with suppress(GitError):
                return self._objects.commit_at(revision)
        try:
            named = revision + "^{commit}"
            line = self._process.run("rev-parse", "--verify", "--quiet", "--end-of-options", named)
        except GitError:
            return None
        return line if re.fullmatch("[0-9a-f]{40}", line) else None

    def head(self) -> str:
        """Return the commit checked out."""
        try:
            return self.commit("HEAD")
        except RequestError as error:
            raise RequestError("this repository has no commit yet", "commit something first") from error

    def obtain(self, commit: str) -> bool:
        """Fetch the commit from origin if it is missing. Return whether the clone has it now.

        Raises HistoryMissingError if a shallow clone cannot tell, GitError if origin does not answer.
        """
        if self.resolve(commit):
            return True
        if not OBJECT_NAME.fullmatch(commit):
            return False
        try:
            self._fetch([commit])
        except GitError:
            if self._shallow.edge():
                self._shallow.complete()
            elif self._origin.url:
                self._origin.list_refs("--heads")  # raises if origin does not answer: it may have the commit
        return self.resolve(commit) is not None

    def obtain_all(self, commits: Iterable[str]) -> set[str]:
        """Fetch the missing commits from origin, in one fetch. Return the commits that the clone has now.

        Raises the same errors as `obtain`.
        """
        wanted = dict.fromkeys(commits)
        lacking = self._objects.lacking(filter(OBJECT_NAME.fullmatch, wanted))
        if len(lacking) > 1:
            with suppress(GitError):  # it fails if origin lacks one of them
                self._fetch(lacking)
        return {commit for commit in wanted if self.obtain(commit)}

    def _fetch(self, commits: Iterable[str]) -> None:
        self._origin.fetch(*(["--depth=1"] if self._shallow.edge() else []), "origin", *commits)

    def merge_base(self, one: str, other: str) -> str | None:
        """Return the best common ancestor, None for unrelated histories.

        Raises HistoryMissingError if the clone is too shallow and cannot be completed: an incomplete history
        can give an ancestor older than the best.
        """
        if one == other:
            return one
        self._shallow.complete((one, other))
        if known := self._bases.get((one, other)):
            return known[0]
        try:
            base = self._process.run("merge-base", one, other)
        except GitError as error:
            if error.status != 1:
                raise
            base = None
        return self.note_merge_base(one, other, base)

    def note_merge_base(self, one: str, other: str, base: str | None) -> str | None:
        """Cache the merge base of two commits with complete histories, and return it."""
        if OBJECT_NAME.fullmatch(one) and OBJECT_NAME.fullmatch(other):
            self._bases.put((one, other), (base,))
        return base
