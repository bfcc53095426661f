"""The interface that the local forge needs from git. `flux.git.clone.Clone` implements it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol


class AnnotatedTag(Protocol):
    """A tag with a message. `tagger` is `name <email>`. `commit` is what it finally points at. `time` is in
    seconds since the epoch."""

    @property
    def name(self) -> str: ...

    @property
    def commit(self) -> str: ...

    @property
    def message(self) -> str: ...

    @property
    def tagger(self) -> str: ...

    @property
    def time(self) -> int: ...


class Git(Protocol):
    """One clone."""

    @property
    def root(self) -> Path: ...

    @property
    def origin_url(self) -> str | None: ...

    def identity(self) -> str:
        """Return who commits here, as `name <email>`."""

    def ref(self, name: str) -> str | None:
        """Return the commit that a ref (`refs/heads/main`) is at; None if there is no such ref."""

    def refs(self, folder: str) -> dict[str, str]:
        """Return every ref under a folder (`refs/heads/`), and what it is at."""

    def move_ref(self, name: str, new: str | None, old: str | None) -> bool:
        """Move a ref from one commit to another. None means no ref. Return False if it is not at `old`."""

    def checked_out(self, branch: str) -> str | None:
        """Return the folder of the work tree in which a branch is checked out."""

    def merge_base(self, one: str, other: str) -> str | None:
        """Return the best common ancestor; None for unrelated histories."""

    def authors(self, commit: str, since: str) -> dict[str, str]:
        """Return the commits up to `commit` but not up to `since`, each with its author as `name <email>`."""

    def tags(self) -> dict[str, str]:
        """Return every tag, annotated or not, with the object that it finally points at."""

    def home_tags(self) -> dict[str, str]:
        """Return every tag at origin, or of this clone if it has no origin, with its commit."""

    def annotated_tags(self) -> Sequence[AnnotatedTag]:
        """Return every annotated tag of a commit, newest first."""

    def create_tag(self, name: str, commit: str, message: str, replace: bool = False) -> None:
        """Create an annotated tag with exactly this message. Raises GitError if a tag of that name exists,
        unless `replace`."""

    def push_tag(self, name: str, over: str | None = None) -> None:
        """Push a tag to origin. It replaces `over` there. Do nothing if there is no origin.

        Raises GitError, also if another tag of that name is there.
        """

    def fetch_tag(self, name: str) -> None:
        """Fetch a tag from origin. Do nothing if there is no origin. Raises GitError."""

    def write_commit(self, parents: Sequence[str], files: Mapping[str, bytes], message: str) -> str:
        """Return a new commit with the first parent's tree and these files. No ref, index or file changes."""
