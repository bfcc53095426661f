"""What the local forge needs of git. `flux.git.clone.Clone` has it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol


class AnnotatedTag(Protocol):
    """A tag that has a message. `tagger` is `name <email>`, `commit` what it points at in the end, `time` in
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
        """Who commits here, as `name <email>`."""

    def ref(self, name: str) -> str | None:
        """The commit that a ref (`refs/heads/main`) is at, None where there is no such ref."""

    def refs(self, folder: str) -> dict[str, str]:
        """Every ref under a folder (`refs/heads/`), and what it is at."""

    def move_ref(self, name: str, new: str | None, old: str | None) -> bool:
        """Move a ref from one commit to another, None being no ref; False where it is not at `old`."""

    def checked_out(self, branch: str) -> str | None:
        """The folder of the work tree that a branch is checked out in."""

    def merge_base(self, one: str, other: str) -> str | None:
        """The best common ancestor, None for unrelated histories."""

    def authors(self, commit: str, since: str) -> dict[str, str]:
        """The commits up to `commit` that are not up to `since`, each with its author, as `name <email>`."""

    def tags(self) -> dict[str, str]:
        """Every tag, annotated or not, with the object that it points at in the end."""

    def home_tags(self) -> dict[str, str]:
        """Every tag at origin, or of this clone where there is none, with the commit that it points at."""

    def annotated_tags(self) -> Sequence[AnnotatedTag]:
        """Every annotated tag of a commit, the newest first."""

    def create_tag(self, name: str, commit: str, message: str, replace: bool = False) -> None:
        """An annotated tag with exactly this message. Raises GitError where there is a tag of that name,
        unless that is to be replaced."""

    def push_tag(self, name: str, over: str | None = None) -> None:
        """Bring a tag to origin, in place of what is `over` there; nothing where there is no origin.

        Raises GitError, also where another tag of that name is there.
        """

    def fetch_tag(self, name: str) -> None:
        """Have a tag as origin has it; nothing where there is no origin. Raises GitError."""

    def write_commit(self, parents: Sequence[str], files: Mapping[str, bytes], message: str) -> str:
        """A commit with the first parent's tree and these files instead; no ref, index or file changes."""
