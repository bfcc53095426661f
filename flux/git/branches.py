"""The commits of branches that are not on main, found for all branches in one walk through history."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count

from flux.git.commits import Commits
from flux.git.history import LOG, History, Message, read_messages
from flux.git.process import Process
from flux.git.shallow import Shallow


@dataclass(frozen=True)
class Branch:
    """A branch other than main. `messages` are its commits that main does not have, newest first.

    `merge_base` is the best common ancestor with main, None for unrelated histories.
    """

    messages: tuple[Message, ...]
    merge_base: str | None
    is_simple: bool = True
    """Whether the branch meets main's history in one commit at most."""


class Branches:
    """The branches of a clone."""

    def __init__(self, process: Process, shallow: Shallow, commits: Commits, history: History) -> None:
        self._process = process
        self._shallow = shallow
        self._commits = commits
        self._history = history

    def branches_since(self, heads: Collection[str], main: str) -> dict[str, Branch]:
        """Return for each head what it has that `main` does not. The clone must have the commits.

        Afterwards `messages` and `merge_base` for the same heads and `main` need no process.

        Raises HistoryMissingError if the clone is too shallow and cannot be completed, and GitError if a
        commit is missing.
        """
        if not heads:
            return {}
        self._shallow.complete((*heads, main))
        found = self._beside(heads, main)
        branches = {head: self._branch(head, main, found) for head in heads}
        for head, branch in branches.items():
            if branch.is_simple:
                self._commits.note_merge_base(main, head, branch.merge_base)
                self._commits.note_merge_base(head, main, branch.merge_base)
            self._history.note_messages(head, main, branch.messages)
        return branches

    def _beside(self, heads: Iterable[str], main: str) -> dict[str, Message]:
        """Return all commits that any head has and main does not."""
        revisions = "".join(f"{revision}\n" for revision in (*heads, f"^{main}"))
        printed = self._process.pipe_all(revisions.encode(), *LOG, "--stdin")
        return {message.commit: message for message in read_messages(printed)}

    def _branch(self, head: str, main: str, beside: Mapping[str, Message]) -> Branch:
        own = newest_first(head, beside)
        if not own:
            return Branch((), head)
        names = {message.commit for message in own}
        # Each common ancestor is one of these commits, or an ancestor of one.
        edge = {parent for message in own for parent in message.parents} - names
        if len(edge) > 1:
            return Branch(tuple(own), self._commits.merge_base(main, head), is_simple=False)
        return Branch(tuple(own), next(iter(edge), None))


def newest_first(head: str, commits: Mapping[str, Message]) -> Sequence[Message]:
    """Return the commits that a head has, in the order of `git log`: by date, but children before
    parents."""
    order: list[Message] = []
    arrival = count()
    waiting: list[tuple[int, int, str]] = []
    seen: set[str] = set()

    def meet(commits_met: Iterable[str]) -> None:
        for commit in commits_met:
            if commit in commits and commit not in seen:
                seen.add(commit)
                heappush(waiting, (-commits[commit].time, next(arrival), commit))

    meet([head])
    while waiting:
        message = commits[heappop(waiting)[2]]
        order.append(message)
        meet(message.parents)
    return order
