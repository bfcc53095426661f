"""Branches and other refs of this clone: reading them, and moving one from where it was seen."""

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
        """The commit that a ref (`refs/heads/main`) is at, None where there is no such ref."""
        return self._commits.resolve(name)

    def refs(self, folder: str) -> dict[str, str]:
        """Every ref under a folder (`refs/heads/`), and what it is at."""
        return output.refs(
            self._process.run("for-each-ref", "--format=%(objectname) %(refname)", folder), " "
        )

    def move_ref(self, name: str, new: str | None, old: str | None) -> bool:
        """Move a ref from one commit to another, None being no ref; False where it is not at `old`."""
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
        """The folder of the work tree that a branch is checked out in."""
        return self._process.run("for-each-ref", "--format=%(worktreepath)", f"refs/heads/{branch}") or None

    def tags(self) -> dict[str, str]:
        """Every tag of this clone, with the object that it points at in the end."""
        return output.tags(self._show("--tags"))

    def heads_and_tags(self) -> dict[str, str]:
        """Every branch and tag, and the latter once more, with `^{}`, where it points at in the end."""
        return self._show("--heads", "--tags")

    def _show(self, *which: str) -> dict[str, str]:
        try:
            return output.refs(self._process.run("show-ref", "--dereference", *which), " ")
        except GitError as error:
            if error.status != 1:
                raise
            return {}
