"""Branches and other refs of this clone: reads them, and moves one if nobody else has moved it."""

from flux.errors import GitError
from flux.git import output
from flux.git.commits import Commits
from flux.git.process import Process

_NO_OBJECT = "0" * 40


class Refs:
    """The refs of a clone."""

    def __init__(self, process: Process, commits: Commits) -> None:
        self._process = process
        self._commits = commits

    def ref(self, name: str) -> str | None:
        """Return the commit of a ref (`refs/heads/main`), None if there is no such ref."""
        return self._commits.resolve(name)

    def refs(self, folder: str) -> dict[str, str]:
        """Return every ref under a folder (`refs/heads/`) with its object."""
        return output.refs(
            self._process.run("for-each-ref", "--format=%(objectname) %(refname)", folder), " "
        )

    def move_ref(self, name: str, new: str | None, old: str | None) -> bool:
        """Move a ref from `old` to `new`; None means no ref. Return False if the ref is not at `old`."""
        if new is None:
            moving = ("update-ref", "--no-deref", "-d", name, old or _NO_OBJECT)
        else:
            moving = ("update-ref", "--no-deref", name, new, old or _NO_OBJECT)
        try:
            self._process.run(*moving)
        except GitError:
            if self.ref(name) == old:
                raise
            return False
        return True

    def checked_out(self, branch: str) -> str | None:
        """Return the folder of the work tree that has a branch checked out, None if there is none."""
        return self._process.run("for-each-ref", "--format=%(worktreepath)", f"refs/heads/{branch}") or None

    def tags(self) -> dict[str, str]:
        """Return every tag of this clone with its peeled object."""
        return output.tags(self._show("--tags"))

    def heads_and_tags(self) -> dict[str, str]:
        """Return every branch and tag. A tag also has an entry with `^{}` for its peeled object."""
        return self._show("--heads", "--tags")

    def _show(self, *which: str) -> dict[str, str]:
        try:
            return output.refs(self._process.run("show-ref", "--dereference", *which), " ")
        except GitError as error:
            if error.status != 1:
                raise
            return {}
