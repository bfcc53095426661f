"""The interface to git, in one class. Other packages get commits, trees and blobs from here.

One git process answers for any number of artifacts: `ls-tree` lists all files, `cat-file --batch` reads all
objects, `log` walks history once. Git reads stored objects, never the working tree. It runs without the
parts of its environment and configuration that could change an answer.
"""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from flux.git.access import Access
from flux.git.branches import Branch
from flux.git.history import Message
from flux.git.home import HomeRefs
from flux.git.merge import merge
from flux.git.parts import Parts
from flux.git.process import Process
from flux.git.program import OLDEST_GIT, git_version
from flux.git.scratch import clone_apart
from flux.git.shallow import FETCH_DEPTH
from flux.git.ssh import resolved
from flux.git.tags import Tag

__all__ = [
    "FETCH_DEPTH",
    "OLDEST_GIT",
    "Access",
    "Branch",
    "Clone",
    "HomeRefs",
    "Message",
    "Tag",
    "git_version",
]


class Clone:
    """A clone on this machine and its origin. Each method belongs to a part, and is described there.

    Git uses `access` for origin, if given. Otherwise git uses its own credentials. If origin refuses these,
    `find_access` is called once, with the URL that git fetches from. Raises RequestError if there is no
    clone.
    """

    def __init__(
        self,
        folder: Path | None = None,
        access: Access | None = None,
        find_access: Callable[[str], Access | None] | None = None,
    ) -> None:
        self.parts = parts = Parts(Process(folder or Path.cwd(), access, find_access))
        self.root = parts.process.root

        self.commit = parts.commits.commit
        self.head = parts.commits.head
        self.obtain = parts.commits.obtain
        self.obtain_all = parts.commits.obtain_all
        self.merge_base = parts.commits.merge_base

        self.home_refs = parts.home.home_refs
        self.tip = parts.home.tip
        self.last_known_tip = parts.home.last_known_tip
        self.home_tags = parts.home.home_tags

        self.below = parts.trees.below
        self.beside = parts.trees.beside
        self.files = parts.trees.files
        self.matching = parts.trees.matching
        self.changes = parts.trees.changes
        self.folders_of = parts.trees.folders_of
        self.file = parts.trees.file
        self.uncommitted = parts.trees.uncommitted
        self.kind = parts.objects.kind
        self.read = parts.objects.blob
        self.contents = parts.objects.contents
        self.open = parts.objects.open
        self.obtain_history = parts.partial.history
        self.obtain_files = parts.trees.obtain
        self.obtain_blobs = parts.objects.obtain_blobs
        self.expecting = parts.objects.expecting
        self.attributes = parts.attributes.attributes
        self.attribute_files = parts.attributes.attribute_files

        self.line = parts.history.line
        self.keep_walk = parts.history.keep_walk
        self.file_history = parts.history.file_history
        self.file_log = parts.file_logs.file_log
        self.first_parents = parts.lines.first_parents
        self.is_on_line = parts.lines.is_on_line
        self.off_line = parts.lines.off_line
        self.former_line = parts.lines.former_line
        self.merged_into = parts.lines.merged
        self.names_a_branch = parts.lines.names_a_branch
        self.merge_of = parts.lines.merge_of
        self.log = parts.history.log
        self.messages = parts.history.messages
        self.authors = parts.history.authors
        self.branches_since = parts.branches.branches_since
        self.merged = partial(merge, parts.process)

        self.ref = parts.refs.ref
        self.refs = parts.refs.refs
        self.move_ref = parts.refs.move_ref
        self.checked_out = parts.refs.checked_out
        self.tags = parts.refs.tags
        self.annotated_tags = parts.tags.annotated_tags
        self.commit_times = parts.tags.commit_times
        self.made = parts.tags.made
        self.create_tag = parts.tags.create_tag
        self.push_tag = parts.tags.push_tag
        self.fetch_tag = parts.tags.fetch_tag
        self.identity = parts.writing.identity
        self.write_commit = parts.writing.write_commit

    @property
    def origin_url(self) -> str | None:
        """Return the URL of origin, None if there is no origin."""
        return self.parts.origin.url

    @property
    def fetch_url(self) -> str | None:
        """Return the URL that git fetches from, with the aliases in this machine's settings."""
        return self.parts.process.fetch_url

    @property
    def hosted_url(self) -> str | None:
        """Return the URL with origin's real host. It resolves the aliases of git and ssh.

        If git's alias leads to a folder, such as a mirror, return the URL that the alias replaces.
        """
        from flux.artifact.source_url import https_url

        url, fetched = self.origin_url, self.fetch_url
        if url is None or fetched is None:
            return url
        return self._resolved(fetched if https_url(fetched) else url)

    @property
    def named_url(self) -> str | None:
        """Return the URL where people find origin, with the aliases of ssh. It uses the aliases of git only
        if the clone's own URL has no full host name, such as `gh:octo/mono`."""
        from flux.artifact.source_url import https_url

        url = self._resolved(self.origin_url or "")
        host = https_url(url).removeprefix("https://").partition("/")[0]
        return self.hosted_url if host and "." not in host else url or None

    def _resolved(self, url: str) -> str:
        return resolved(url, self.parts.process.ssh_command)

    @property
    def disagreeing_urls(self) -> list[str]:
        """Return the URLs of origin if they name different places. Git fetches from the first."""
        from flux.artifact.source_url import https_url

        def place(url: str) -> str:
            return https_url(self._resolved(url)) or url

        fetched = self.parts.process.remote_urls()
        pushed = self.parts.process.remote_urls("--push")
        known = {place(url) for url in fetched} | {place(self.hosted_url or "")}
        agrees = len({place(url) for url in fetched}) <= 1 and all(place(url) in known for url in pushed)
        return [] if agrees else list(dict.fromkeys([*fetched, *pushed]))

    @property
    def shallow(self) -> bool:
        """Whether this clone lacks the beginning of its history."""
        return bool(self.parts.shallow.edge())

    @property
    def filter(self) -> str:
        """Return the filter of a partial clone (`git clone --filter`); empty for another clone."""
        return self.parts.process.filter

    def clone(self, folder: Path, branch: str, files: Mapping[str, bytes], message: str) -> "Clone":
        """Make a temporary clone of the commit checked out, as `branch`."""
        clone_apart(self.parts, folder, branch, files, message)
        return Clone(folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.parts.close()
