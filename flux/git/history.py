"""History: the first-parent line, what changed along it, and the messages of commits."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from flux.artifact.changes import Commit
from flux.artifact.image import Revision
from flux.errors import GitError, HistoryMissingError
from flux.git import output
from flux.git.process import Process
from flux.git.shallow import Shallow
from flux.git.trees import RAW_DIFF, Trees, narrowest

LOG = (
    *("log", "-z", "--no-show-signature", "--no-color", "--no-notes"),
    "--format=tformat:%H%n%P%n%ct%n%cn <%ce>%n%B",
)
"""Commits as `read_messages` takes them."""


@dataclass(frozen=True)
class Message:
    """A commit, its parents, and what it says.

    `committer` is `name <email>`, `time` in seconds since the epoch, 0 where the commit has none.
    """

    commit: str
    parents: tuple[str, ...]
    text: str
    committer: str = ""
    time: int = 0


def read_messages(printed: str) -> Iterator[Message]:
    """The commits of `LOG`."""
    for field in printed.split("\0")[:-1]:
        commit, parents, time, committer, text = field.split("\n", 4)
        yield Message(commit, tuple(parents.split()), text, committer, int(time or 0))


class History:
    """The history of a clone. Where it meets the edge of a shallow clone, it fetches the rest."""

    def __init__(self, process: Process, shallow: Shallow, trees: Trees) -> None:
        self._process = process
        self._shallow = shallow
        self._trees = trees

    def line(
        self, commit: str, sources: str, names: Sequence[str], until: str | None = None
    ) -> Iterator[Commit]:
        """The first-parent line back from `commit`: those commits that changed something of the artifacts,
        without what `until` has.

        Raises HistoryMissingError where a shallow clone lacks the rest, and it cannot be had.
        """
        span = [commit, *([f"^{until}"] if until else [])]
        for revision, parent, changes in self._walk(span, narrowest(sources, names), root=False):
            if revision.commit in self._shallow.edge():
                self._shallow.complete((revision.commit,))
                yield from self.line(revision.commit, sources, names, until)
                return
            yield Commit(
                revision,
                [output.change(raw, path) for raw, path in changes] if parent else None,
                self._trees.folders_of(revision.commit),
                self._trees.folders_of(parent),
            )

    def file_history(self, commit: str, path: str) -> Iterator[tuple[Revision, str | None]]:
        """The first-parent line back from `commit`: those commits that changed a file, with the blob that it
        was from then on, None where it was gone.

        Raises HistoryMissingError where a shallow clone lacks the rest, and it cannot be had.
        """
        edge: str | None = None
        for revision, _, changes in self._walk([commit], [path], root=True):
            if revision.commit in self._shallow.edge():
                edge = revision.commit
                break
            blobs = [output.blob(raw) for raw, changed in changes if changed == path]
            yield revision, blobs[0] if blobs else None
        if shallow := self._shallow.edge():  # the file may be older than the edge, and not there any more
            edge = edge or next((c for c in self.first_parents(commit) if c in shallow), None)
        if edge:
            self._shallow.complete((edge,))
            yield from self.file_history(edge, path)

    def _walk(self, span: Sequence[str], paths: Sequence[str], root: bool) -> Iterator[output.Logged]:
        """The commits of a first-parent line that changed something under the paths, as they are found; of a
        commit without parents what it changed only where `root` says so."""
        arguments = (
            *("-c", f"log.showRoot={str(root).lower()}", "-c", "log.follow=false"),
            *("log", "--first-parent", "--diff-merges=first-parent", "--no-show-signature"),
            *("--format=tformat:%H %ct %P", *RAW_DIFF, *span),
            *(["--", *paths] if paths else []),
        )
        with self._process.started(*arguments) as process:
            assert process.stdout
            yield from output.read_log(process.stdout)
            _, stderr = process.communicate()
            if process.returncode:
                raise output.error(stderr.decode("utf-8", "replace"))

    def first_parents(self, commit: str, sought: Sequence[str] = ()) -> list[str]:
        """The first-parent line back from `commit`, newest first, as far as this clone has it.

        A shallow clone that lacks one of the commits `sought` there is completed, if it can be.
        """
        line = self._first_parents(commit)
        if not set(sought) <= set(line) and self._shallow.edge():
            with suppress(HistoryMissingError):
                self._shallow.complete((commit,))
                line = self._first_parents(commit)
        return line

    def _first_parents(self, commit: str) -> list[str]:
        return self._process.run("rev-list", "--first-parent", commit).splitlines()

    def is_on_line(self, commit: str, tip: str) -> bool:
        """Whether a commit is on the first-parent line back from the tip."""
        self._shallow.complete((tip, commit))
        return commit in self.first_parents(tip)

    def merge_of(self, commit: str, tip: str) -> str | None:
        """The commit on the tip's first-parent line that brought `commit` in, None where none has."""
        try:
            self._process.run("merge-base", "--is-ancestor", commit, tip)
        except GitError:
            return None
        after = self._process.run("rev-list", "--ancestry-path", f"{commit}..{tip}").splitlines()
        line = set(after).intersection(self.first_parents(tip))
        return next((candidate for candidate in reversed(after) if candidate in line), None)

    def log(self, commit: str, since: str | None, folder: str) -> list[tuple[str, str]]:
        """Commit and subject of what touched a folder up to `commit` and not up to `since`, newest first;
        merges are left out, since what they brought is there."""
        span = [commit, *([f"^{since}"] if since else [])]
        fields = self._process.fields(
            *("log", "-z", "--no-merges", "--no-show-signature", "--no-color", "--format=tformat:%H %s"),
            *(*span, "--", folder),
        )
        return [(field[:40], field[41:]) for field in fields]

    def messages(self, commit: str, since: str) -> list[Message]:
        """The commits up to `commit` that are not up to `since`, the newest first."""
        return list(read_messages(self._process.run(*LOG, commit, f"^{since}")))
