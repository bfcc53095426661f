"""What branches have that main does not, for all of them in one walk through history."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush
from itertools import count

from flux.git.commits import Commits
from flux.git.history import LOG, History, Message, read_messages
from flux.git.process import Process
from flux.git.shallow import Shallow


@dataclass(frozen=True)
class Branch:
    """A branch beside main: `messages` are its commits that main does not have, the newest first.

    `merge_base` is the best commit that both have, None where their histories have nothing in common.
    """

    head: str
    messages: tuple[Message, ...]
    merge_base: str | None
    is_simple: bool = True
    """Whether the branch meets main's history in one commit at most."""

    @cached_property
    def _own(self) -> frozenset[str]:
        return frozenset(message.commit for message in self.messages)

    def brings(self, commit: str) -> bool:
        """Whether a commit of this branch's history is not in main's."""
        return commit in self._own


class Branches:
    """The branches of a clone."""

    def __init__(self, process: Process, shallow: Shallow, commits: Commits, history: History) -> None:
        self._process = process
        self._shallow = shallow
        self._commits = commits
        self._history = history

    def branches_since(self, heads: Collection[str], main: str) -> dict[str, Branch]:
        """Each head with what it has that `main` does not. The commits have to be here.

        `messages` and `merge_base` of the same heads and `main` need no process after it.

        Raises HistoryMissingError where a shallow clone cannot tell and cannot be completed, GitError where a
        commit is not here.
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
        """All commits that any of the heads has and main has not."""
        revisions = "".join(f"{revision}\n" for revision in (*heads, f"^{main}"))
        printed = self._process.pipe_all(revisions.encode(), *LOG, "--stdin")
        return {message.commit: message for message in read_messages(printed)}

    def _branch(self, head: str, main: str, beside: Mapping[str, Message]) -> Branch:
        own = newest_first(head, beside)
        if not own:
            return Branch(head, (), head)
        names = {message.commit for message in own}
        # Whatever both have in common, main's part of it begins at one of these.
        edge = {parent for message in own for parent in message.parents} - names
        if len(edge) > 1:
            return Branch(head, tuple(own), self._commits.merge_base(main, head), is_simple=False)
        return Branch(head, tuple(own), next(iter(edge), None))


def newest_first(head: str, commits: Mapping[str, Message]) -> Sequence[Message]:
    """Those of the commits that a head has, in the order of `git log`: by date, but no commit before one that
    leads to it."""
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
