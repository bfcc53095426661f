"""All changes of one file along a first-parent line, with the commit messages of each."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flux.git import output
from flux.git.partial import Partial
from flux.git.process import Process
from flux.git.shallow import Shallow

_MOST_MESSAGE = 20_000  # characters that are kept of a message
_MOST_BROUGHT = 1000  # commits of one merge
_MOST_MOVES = 20
_MOST_COMPARED = 100  # files that one commit may have moved and changed


class FileChange(NamedTuple):
    """A commit of the line that changed the file. `blob` is the new content, None if it deleted the file.

    `time` is the committer's, in seconds since the epoch. `messages` has the commit's own message, then the
    messages of merged commits that changed the file, newest first. `merged` has these commits.
    """

    commit: str
    time: int
    blob: str | None
    messages: tuple[str, ...]
    merged: tuple[str, ...] = ()


class _CommitNode(NamedTuple):
    """A commit that changed the file, or merges such commits. `parents` are of the same kind."""

    time: int
    parents: tuple[str, ...]
    message: str
    raw: str | None


class FileLog:
    """The log of files of a clone."""

    def __init__(self, process: Process, shallow: Shallow, partial: Partial) -> None:
        self._partial = partial
        self._process = process
        self._shallow = shallow

    def file_log(self, commit: str, path: str) -> list[FileChange]:
        """Return the changes of a file up to `commit`, newest first. It follows moves.

        Raises HistoryMissingError if a shallow clone lacks the rest, and the rest cannot be fetched.
        """
        if edge := self._shallow.edge():
            self._shallow.complete(tuple(edge)[:1])
        return list(self._through_moves(commit, path))

    def _through_moves(self, commit: str, path: str) -> Iterator[FileChange]:
        for _ in range(_MOST_MOVES):
            self._partial.history(commit, files=[path], line=False)
            nodes = dict(self._nodes(commit, path))
            changes = list(_changes(nodes, next(iter(nodes), None)))
            yield from changes
            before = self._before_move(changes[-1].commit, path) if changes else None
            if before is None:
                return
            commit, path = before

    def _before_move(self, commit: str, path: str) -> tuple[str, str] | None:
        """Return a commit's first parent and the file's path there; None if the commit did not move the file.

        The content may differ in part. In a partial clone it must be the same, so no blob has to be fetched.
        """
        alike = "--find-renames=100%" if self._process.promisor else "--find-renames=50%"
        fields = self._process.fields(
            *("log", "--no-walk", "-z", "--raw", "--no-abbrev", "--diff-merges=first-parent"),
            *(alike, f"-l{_MOST_COMPARED}", "--diff-filter=R", "--no-ext-diff"),
            *("--no-show-signature", "--no-color", "--no-notes", "--format=tformat:%P", commit),
        )
        told = (field.removeprefix("\n") for field in fields)
        parent = next(told, "").partition(" ")[0]
        for _entry, old, new in zip(told, told, told, strict=False):
            if new == path:
                return parent, old
        return None

    def _nodes(self, commit: str, path: str) -> Iterator[tuple[str, _CommitNode]]:
        fields = iter(
            self._process.fields(
                *("-c", "log.showRoot=true", "-c", "log.follow=false"),
                *("log", "-z", "--full-history", "--parents", "--topo-order", "--diff-merges=first-parent"),
                *("--raw", "--no-abbrev", "--no-renames", "--no-ext-diff"),
                *("--no-show-signature", "--no-color", "--no-notes"),
                *("--format=tformat:%H%n%ct%n%P%n%B", commit, "--", path),
            )
        )
        header, raw = "", None
        for field in fields:
            text = field.removeprefix("\n")  # git prints it before the changes of a commit
            if text.startswith(":"):
                raw = text
                next(fields)
            elif text:
                if header:
                    yield _node(header, raw)
                header, raw = text, None
        if header:
            yield _node(header, raw)


def _node(header: str, raw: str | None) -> tuple[str, _CommitNode]:
    commit, time, parents, message = header.split("\n", 3)
    told = output.readable(message[:_MOST_MESSAGE])
    return commit, _CommitNode(output.seconds(time), tuple(parents.split()), told, raw)


def _changes(nodes: dict[str, _CommitNode], start: str | None) -> Iterator[FileChange]:
    """Yield the changes along the first parents. Other commits belong to the merge that brought them."""
    line = list(_line(nodes, start))
    seen = set(line)
    brought: dict[str, list[str]] = {}
    # Oldest first: each commit belongs to the merge that brought it to the line.
    for commit in reversed(line):
        brought[commit] = _brought(nodes, nodes[commit].parents[1:], seen)
    for commit in line:
        node = nodes[commit]
        if node.raw:
            messages = (node.message, *(nodes[each].message for each in brought[commit]))
            yield FileChange(commit, node.time, output.blob(node.raw), messages, tuple(brought[commit]))


def _line(nodes: dict[str, _CommitNode], start: str | None) -> Iterator[str]:
    while start in nodes:
        yield start
        start = next(iter(nodes[start].parents), None)


def _brought(nodes: dict[str, _CommitNode], starts: Sequence[str], seen: set[str]) -> list[str]:
    found: list[str] = []
    waiting = list(starts)
    while waiting and len(found) < _MOST_BROUGHT:
        commit = waiting.pop(0)
        if commit in seen or commit not in nodes:
            continue
        seen.add(commit)
        found.append(commit)
        waiting.extend(nodes[commit].parents)
    return found
