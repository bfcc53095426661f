"""Writes commits without the clone's index or work tree, and reads the identity for them."""

import os
import tempfile
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from flux.errors import GitError
from flux.git.output import WHO
from flux.git.process import Process


class Writing:
    """Writes objects to a clone."""

    def __init__(self, process: Process) -> None:
        self._process = process

    def identity(self) -> str:
        """Return the identity for commits as `name <email>`. Raises GitError if git has none."""
        return self._identity

    @cached_property
    def _identity(self) -> str:
        try:
            return self._process.run("var", "GIT_AUTHOR_IDENT").rpartition("> ")[0] + ">"
        except GitError as error:
            raise GitError("git does not know who you are", WHO) from error

    def write_commit(self, parents: Sequence[str], files: Mapping[str, bytes], message: str) -> str:
        """Write a commit with the first parent's tree and these files. It changes no ref, index or file."""
        with tempfile.TemporaryDirectory() as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder, "index"))}
            self._process.pipe(b"", "read-tree", parents[0], environment=index)
            entries = b"".join(
                b"100644 %s\t%s\0" % (self._write_blob(content).encode(), os.fsencode(path))
                for path, content in files.items()
            )
            updating = ("update-index", "--replace", "-z", "--index-info")
            self._process.pipe(entries, *updating, environment=index)
            # A partial clone does not have the other files.
            tree = self._process.pipe(b"", "write-tree", "--missing-ok", environment=index)
        return self.write_tree_commit(tree, parents, message)

    def write_tree_commit(self, tree: str, parents: Sequence[str], message: str) -> str:
        """Write a commit of a tree that the clone has."""
        lineage = [argument for parent in parents for argument in ("-p", parent)]
        return self._process.pipe(message.encode(), "commit-tree", tree, *lineage, "-F", "-")

    def _write_blob(self, content: bytes) -> str:
        return self._process.pipe(content, "hash-object", "-w", "--no-filters", "--stdin")
