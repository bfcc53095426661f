"""History: the first-parent line, the changes along it, and the messages of commits."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from threading import Lock
from typing import NamedTuple

from flux.artifact.changes import Commit
from flux.artifact.revision import Revision
from flux.artifact.tree import parents
from flux.git import output
from flux.git.cache import Kept
from flux.git.first_parent_walk import walk_line
from flux.git.first_parents import Lines
from flux.git.objects import OBJECT_NAME
from flux.git.partial import Partial
from flux.git.process import Process
from flux.git.shallow import Shallow
from flux.git.shared_walks import Walk
from flux.git.trees import MOST_WALKED, Trees, narrowest

_MOST_KNOWN = 10_000  # folders
_MOST_MESSAGES = 16 * 1024 * 1024  # characters

LOG = (
    *("log", "-z", "--no-show-signature", "--no-color", "--no-notes"),
    "--format=tformat:%H%n%P%n%ct%n%an <%ae>%n%B",
)
"""Commits as `read_messages` takes them."""


class Message(NamedTuple):
    """A commit, its parents, and its message.

    `author` is `name <email>`; `time` is the committer's in seconds since the epoch, 0 if there is none.
    """

    commit: str
    parents: tuple[str, ...]
    text: str
    time: int = 0
    author: str = ""


class Touching(NamedTuple):
    """A commit that changed one of the given files. `own` has the given files that a merge itself changed."""

    commit: str
    subject: str
    body: str
    parents: tuple[str, ...] = ()
    own: tuple[str, ...] = ()


def read_messages(printed: str) -> Iterator[Message]:
    """Yield the commits that a `LOG` command printed."""
    for field in printed.split("\0")[:-1]:
        commit, parents, time, author, text = field.split("\n", 4)
        yield Message(
            commit,
            tuple(parents.split()),
            output.readable(text),
            output.seconds(time),
            output.readable(author),
        )


def _with_own_changes(fields: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the merges for which a combined diff lists files, with these files."""
    found: dict[str, list[str]] = {}
    merge: list[str] = []
    for field in fields:
        if field.startswith("\1") and OBJECT_NAME.fullmatch(field[1:]):
            merge = found.setdefault(field[1:], [])
        else:
            merge.append(field)
    return {name: tuple(filter(None, paths)) for name, paths in found.items() if any(paths)}


def _under(sources: str, below: Sequence[str], also: Sequence[str]) -> Callable[[str], bool]:
    """Return a test for paths: at or under one of `below` in the folder, or in `also`.

    Without `below`, every path in the folder passes.
    """
    wanted = {(sources + path).rstrip("/") for path in below} | {*also}
    known: dict[str, bool] = {}

    def is_wanted(path: str) -> bool:
        if not below and path.startswith(sources):
            return True
        folder = path.rpartition("/")[0]
        if folder not in known:
            if len(known) > _MOST_KNOWN:
                known.clear()
            known[folder] = folder in wanted or not wanted.isdisjoint(parents(folder))
        return known[folder] or path in wanted

    return is_wanted


class History:
    """The history of a clone. It fetches the rest of the history if the clone is shallow."""

    def __init__(
        self, process: Process, shallow: Shallow, trees: Trees, partial: Partial, lines: Lines
    ) -> None:
        self._process = process
        self._partial = partial
        self._shallow = shallow
        self._trees = trees
        self._lines = lines
        self._messages: Kept[tuple[str, str], tuple[Message, ...]] = Kept(_MOST_MESSAGES)
        self._logs: Kept[tuple[str, str | None, tuple[str, ...]], tuple[Touching, ...]] = Kept(_MOST_MESSAGES)
        self._walks: list[Walk] = []
        self._keeping = Lock()

    def line(
        self,
        commit: str,
        sources: str,
        names: Sequence[str],
        until: str | None = None,
        also: Sequence[str] = (),
    ) -> Iterator[Commit]:
        """Yield the commits of the first-parent line back from `commit` that changed the artifacts or a file
        in `also`. The commits that `until` has are left out.

        Raises HistoryMissingError if a shallow clone lacks the rest, and the rest cannot be fetched.
        """
        paths = narrowest(sources, names, most=MOST_WALKED)
        limits = [*paths, *also] if paths else []
        kept = self._walks[-1].part(commit, limits) if self._walks and not until else None
        span = [commit, *([f"^{until}"] if until else [])]
        is_wanted = _under(sources, names, also)
        edge = self._shallow.edge()  # before git reads the history
        if not kept:
            self._partial.history(commit, files=also)
        for revision, parent, every in kept or self._walk(span, limits, root=False):
            changes = [change for change in every if is_wanted(change[1])]
            if parent and not changes:
                continue
            if revision.commit in edge:
                self._shallow.complete((revision.commit,))
                yield from self.line(revision.commit, sources, names, until, also)
                return
            yield Commit(
                revision,
                [output.change(raw, path) for raw, path in changes] if parent else None,
                self._trees.folders_of(revision.commit),
                self._trees.folders_of(parent),
                parent or None,
            )

    def keep_walk(self, commit: str, sources: str, also: Sequence[str] = ()) -> None:
        """Keep one walk, from which `line` answers for all commits on the line back from `commit`.

        It does nothing in a shallow clone, because the history there may change.
        """
        if self._shallow.edge():
            return
        paths = [sources, *also] if sources else []
        with self._keeping:
            if self._walks and self._walks[-1].is_of(commit, paths):
                return
            self._partial.history(commit, files=also)
            # Another thread may still use an older walk.
            commits = self._walk([commit], paths, root=False)
            self._walks.append(Walk(commit, paths, commits, self._lines.first_parents))

    def close(self) -> None:
        """End the kept walks."""
        while self._walks:
            self._walks.pop().close()

    def file_history(self, commit: str, path: str) -> Iterator[tuple[Revision, str | None]]:
        """Yield the commits of the first-parent line back from `commit` that changed a file, each with the
        new blob, None if the commit deleted the file.

        Raises HistoryMissingError if a shallow clone lacks the rest, and the rest cannot be fetched.
        """
        edge: str | None = None
        self._partial.history(commit, files=[path])
        for revision, _, changes in self._walk([commit], [path], root=True):
            if revision.commit in self._shallow.edge():
                edge = revision.commit
                break
            blobs = [output.blob(raw) for raw, changed in changes if changed == path]
            yield revision, blobs[0] if blobs else None
        if shallow := self._shallow.edge():  # the file may be older than the edge, and not there any more
            edge = edge or next((c for c in self._lines.first_parents(commit) if c in shallow), None)
        if edge:
            self._shallow.complete((edge,))
            yield from self.file_history(edge, path)

    def _walk(self, span: Sequence[str], paths: Sequence[str], root: bool) -> Generator[output.WalkedCommit]:
        return walk_line(self._process, span, paths, self._trees.has, root=root)

    def log(self, commit: str, since: str | None, *paths: str) -> list[Touching]:
        """Return the commits after `since`, up to `commit`, that changed these paths, newest first.

        Commits from merged branches are included. A merge is included only if it differs from each parent.
        """
        if known := self._logs.get((commit, since, paths)):
            return list(known)
        is_whole = not self._shallow.edge()  # before git reads it
        self._partial.history(commit, line=False)
        span = [commit, *([f"^{since}"] if since else []), "--", *paths]
        log = ("log", "-z", "--no-show-signature", "--no-color", "--no-notes")
        fields = self._process.fields(*log, "--format=tformat:%H %P%n%s%n%b", *span)
        merging = ("--merges", "-c", "--name-only", "--no-renames", "--format=tformat:%x01%H")
        merges = _with_own_changes(self._process.fields(*log, *merging, *span))
        found: list[Touching] = []
        for field in fields:
            names, subject, body = field.split("\n", 2)
            name, *parents = names.split()
            if len(parents) < 2 or name in merges:
                texts = output.readable(subject), output.readable(body)
                found.append(Touching(name, *texts, tuple(parents), merges.get(name, ())))
        if is_whole and all(map(OBJECT_NAME.fullmatch, (commit, since or commit))):
            size = sum(len(field) + 100 for field in fields) + 1
            self._logs.put((commit, since, paths), tuple(found), size)
        return found

    def messages(self, commit: str, since: str) -> list[Message]:
        """Return the commits of `commit`'s history that are not in that of `since`, newest first."""
        if known := self._messages.get((commit, since)):
            return list(known)
        is_whole = not self._shallow.edge()  # before git reads it
        messages = tuple(read_messages(self._process.run(*LOG, commit, f"^{since}")))
        if is_whole:
            self.note_messages(commit, since, messages)
        return list(messages)

    def authors(self, commit: str, since: str) -> dict[str, str]:
        """Return the author of each commit in `commit`'s history that is not in that of `since`."""
        return {message.commit: message.author for message in self.messages(commit, since)}

    def note_messages(self, commit: str, since: str, messages: tuple[Message, ...]) -> None:
        """Cache the answer of `messages`, if the clone has the whole history."""
        if OBJECT_NAME.fullmatch(commit) and OBJECT_NAME.fullmatch(since):
            size = sum(len(message.text) + 200 for message in messages)
            self._messages.put((commit, since), messages, size + 1)
