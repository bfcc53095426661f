"""Branches. A move of a branch also updates its pull requests."""

from collections.abc import Collection, Mapping, Sequence

from flux.errors import ForgeError
from flux.forge.forge import Forced, Protection, PullState
from flux.forge.local.part import head_of
from flux.forge.local.pulls import PullRequests


class ForgeBranches(PullRequests):
    def branch(self, name: str) -> str | None:
        return self._git.ref(head_of(name))

    def tip_at(self, branch: str, time: float) -> str | None:
        """Return None: there is no server that receives pushes."""
        return None

    def forced_from(self, branch: str) -> Forced:
        """Return nothing, for the same reason."""
        return Forced()

    def branches(self, prefix: str) -> Mapping[str, str]:
        heads = head_of("")
        found = {name.removeprefix(heads): commit for name, commit in self._git.refs(heads).items()}
        return {name: commit for name, commit in found.items() if name.startswith(prefix)}

    def commit(self, parents: Sequence[str], files: Mapping[str, bytes], message: str) -> str:
        return self._git.write_commit(parents, files, message)

    def vouch(self, commit: str) -> None:
        """Do nothing: git records the author."""

    def makers(self, base: str, head: str) -> Mapping[str, Collection[str]]:
        """Return git's authors: there is no other evidence."""
        return {commit: {author} for commit, author in self._git.authors(head, base).items()}

    def create_branch(self, name: str, commit: str) -> bool:
        if self.branch(name) is not None:
            return False
        self._settle(name)
        return self._git.move_ref(head_of(name), commit, None)

    def advance_branch(self, name: str, commit: str) -> bool:
        at = self.branch(name)
        if at is None or not self._contains(commit, at):
            return False
        self._need_not_checked_out(name)
        still_open = self._settle(name)
        if not self._git.move_ref(head_of(name), commit, at):
            return False
        for number in still_open:
            self._record(number, commit)
        return True

    def delete_branch(self, name: str, at: str) -> bool:
        now = self.branch(name)
        if now is None:
            return True
        self._need_not_checked_out(name)
        still_open = self._settle(name)
        for number in still_open:
            self._record(number, now)
        if not self._git.move_ref(head_of(name), None, at):
            return False
        for number in still_open:
            self._set_state(number, PullState.CLOSED)
        return True

    def protection(self, branch: str) -> Protection | None:
        """Return None: everybody with the repository can change everything in it."""
        return None

    def _need_not_checked_out(self, branch: str) -> None:
        folder = self._git.checked_out(branch)
        if folder is not None:
            raise ForgeError(
                f"branch {branch} is checked out in {folder}, and its files would not change with it",
                "check out another branch there: `git switch main`",
            )
