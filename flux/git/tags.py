"""Annotated tags: reads, creates and pushes them."""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import NamedTuple

from flux.errors import GitError
from flux.git import output
from flux.git.objects import Objects
from flux.git.origin import Origin
from flux.git.process import Process
from flux.regex import regex

# The first line of a signature: gitformat-signature(5).
_SIGNATURE = regex(
    r"^-----BEGIN (?:PGP SIGNATURE|PGP MESSAGE|SIGNED MESSAGE|SSH SIGNATURE)-----", re.MULTILINE
)
_LATEST = 253_402_300_799  # the last second of the year 9999


class Tag(NamedTuple):
    """An annotated tag. `tagger` is `name <email>` or empty. `commit` is the peeled commit. `time` is in
    seconds since the epoch: the tagger's, or the committer's if the tag has none."""

    name: str
    commit: str
    message: str
    tagger: str
    time: int


class Tags:
    """The annotated tags of a clone."""

    def __init__(self, process: Process, origin: Origin, objects: Objects) -> None:
        self._process = process
        self._origin = origin
        self._objects = objects

    def annotated_tags(self) -> list[Tag]:
        """Return every annotated tag of a commit, newest first; in the same second the highest version first.

        A tag of a tag counts as a tag of its peeled commit. Tags of trees and blobs are left out.
        """
        # Without the dates: git would fail on an invalid one.
        form = "--format=%(objecttype) %(objectname) %(refname:strip=2)"
        listed = self._process.run("for-each-ref", "--sort=-version:refname", form, "refs/tags")
        rows = (line.split(" ", 2) for line in listed.split("\n") if line)
        found = (self._read(name, oid) for kind, oid, name in rows if kind == "tag")
        return sorted(filter(None, found), key=lambda tag: -tag.time)

    def made(self, tags: Mapping[str, str]) -> dict[str, int]:
        """Return when each tag was made; if this clone does not know, when its commit was. `tags` has their
        commits. Times are in seconds since the epoch. Tags whose commit is missing are left out."""
        annotated = {(tag.name, tag.commit): tag.time for tag in self.annotated_tags()} if tags else {}
        times = dict[str, int]()
        for name, commit in tags.items():
            if (name, commit) in annotated:
                times[name] = annotated[name, commit]
                continue
            with suppress(GitError):
                found = self._objects.commit(commit)
                times[name] = _committed(found[1]) if found else 0
        return {name: time for name, time in times.items() if time}

    def commit_times(self, commits: Iterable[str]) -> dict[str, int]:
        """Return the committer's time of each commit, in seconds since the epoch. Commits that are missing or
        have no date are left out."""
        times = dict[str, int]()
        for commit in commits:
            with suppress(GitError):
                found = self._objects.commit(commit)
                times[commit] = _committed(found[1]) if found else 0
        return {commit: time for commit, time in times.items() if time}

    def _read(self, name: str, oid: str) -> Tag | None:
        try:
            tag, pointed = self._objects.find(oid), self._objects.commit(oid)
        except GitError:
            return None
        if tag is None or pointed is None:
            return None
        commit, content = pointed
        tagger, time, message = parse_tag(tag.content)
        return Tag(name, commit, message, tagger, time or _committed(content))

    def create_tag(self, name: str, commit: str, message: str, replace: bool = False) -> None:
        """Create an annotated tag with exactly this message. Raises GitError if a tag of that name exists,
        unless `replace` is true."""
        verbatim = ("--annotate", "--no-sign", "--cleanup=verbatim", "--file=-")
        forced = ["--force"] if replace else []
        self._process.pipe(message.encode(), "tag", *verbatim, *forced, name, commit)

    def push_tag(self, name: str, over: str | None = None) -> None:
        """Push a tag to origin. It replaces the object `over` there. Without an origin, do nothing.

        Raises GitError if that fails, also if origin has another tag of that name.
        """
        if self._origin.url:
            lease = [f"--force-with-lease=refs/tags/{name}:{over}"] if over else []
            pushing = ("push", "--quiet", "--no-verify", *lease, "origin", f"refs/tags/{name}")
            self._process.run(*pushing, network=True)

    def fetch_tag(self, name: str) -> None:
        """Fetch a tag from origin. Without an origin, do nothing. Raises GitError if that fails."""
        if self._origin.url:
            self._origin.fetch("origin", f"+refs/tags/{name}:refs/tags/{name}")


def parse_tag(content: bytes) -> tuple[str, int, str]:
    """Return a tag's tagger (`name <email>`), time (0 for no date), and message without a signature."""
    header, _, body = content.decode("utf-8", "replace").partition("\n\n")
    found = re.search(r"^tagger ([^<\n]*)(<[^>\n]*>)(?: ([0-9]+)(?= |$))?", header, re.MULTILINE | re.ASCII)
    who = f"{found[1].strip()} {found[2]}".strip() if found else ""
    signatures = list(_SIGNATURE.finditer(body))
    message = body[: signatures[-1].start()] if signatures else body
    return who, _time(found[3] or "") if found else 0, message


def _time(printed: str) -> int:
    """Return seconds since the epoch, 0 if that is after the year 9999."""
    time = output.seconds(printed)
    return time if time <= _LATEST else 0


def _committed(content: bytes) -> int:
    """Return the committer's date of a commit."""
    header = content.partition(b"\n\n")[0].decode("ascii", "replace")
    found = re.search(r"^committer .*> ([0-9]+)(?: |$)", header, re.MULTILINE | re.ASCII)
    return _time(found[1]) if found else 0
