"""The git data behind the API: a real bare repository, asked and changed with git itself."""

import os
import re
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

NULL = "0" * 40

# Anything else in a name would make an expression of it.
_NAME = re.compile(r"[0-9a-f]{7,40}|refs/(?!.*(\.\.|@\{))[^\0-\x20~^:?*\[\\\x7f]+")


class GitError(Exception):
    """Git refused; the message is its own."""


@dataclass(frozen=True)
class Person:
    """The author or the committer of a commit, or the tagger of a tag."""

    name: str
    email: str
    date: datetime

    @classmethod
    def parse(cls, line: str) -> "Person":
        who, seconds, zone = line.rsplit(" ", 2)
        name, _, email = who.partition(" <")
        offset = timedelta(hours=int(zone[:3]), minutes=int(zone[0] + zone[3:]))
        return cls(name, email.removesuffix(">"), datetime.fromtimestamp(int(seconds), timezone(offset)))

    def __str__(self) -> str:
        return f"{self.name} <{self.email}> {int(self.date.timestamp())} {self.date:%z}"


@dataclass(frozen=True)
class Commit:
    sha: str
    tree: str
    parents: tuple[str, ...]
    author: Person
    committer: Person
    message: str


@dataclass(frozen=True)
class Tag:
    """An annotated tag."""

    sha: str
    name: str
    object: str
    type: str
    tagger: Person
    message: str


@dataclass(frozen=True)
class Entry:
    """Of a tree; without a `sha` it takes away what is at the path."""

    path: str
    mode: str
    type: str
    sha: str | None
    size: int | None = None


@dataclass(frozen=True)
class Change:
    """What a commit did to a file."""

    path: str
    status: str
    """`added`, `modified` or `removed`."""
    sha: str
    additions: int
    deletions: int


@dataclass(frozen=True)
class _Object:
    sha: str
    type: str
    content: bytes


class _Objects:
    """A git that stays up to be asked for objects: to start one takes longer than all that it is asked."""

    def __init__(self, path: Path) -> None:
        self._command = ["git", f"--git-dir={path}", "cat-file", "--batch"]
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def look(self, name: str, suffix: str = "") -> _Object | None:
        """The object of a hash or of a ref, which is given by its full name."""
        if not _NAME.fullmatch(name):
            return None
        with self._lock:
            return self._ask(f"{name}{suffix}\n")

    def _ask(self, question: str) -> _Object | None:
        if self._process is None:
            pipe = subprocess.PIPE
            self._process = subprocess.Popen(
                self._command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL
            )
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(os.fsencode(question))
        stdin.flush()
        head = stdout.readline().split()
        # Of one that is not there: `<name> missing`.
        if len(head) != 3:
            return None
        content = stdout.read(int(head[2]) + 1)
        return _Object(head[0].decode(), head[1].decode(), content[:-1])

    def close(self) -> None:
        if self._process is not None:
            self._process.communicate()
            self._process = None


class Git:
    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        # As it is now: what a test does to it later is not for us.
        self.environment = dict(os.environ)
        self._objects = _Objects(self.path)
        self._answers: dict[tuple[str, ...], bytes] = {}

    def close(self) -> None:
        self._objects.close()

    # Objects

    def type(self, sha: str) -> str | None:
        found = self._objects.look(sha)
        return found.type if found else None

    def read(self, sha: str) -> bytes:
        found = self._objects.look(sha)
        if found is None:
            raise GitError(f"there is no {sha}")
        return found.content

    def write(self, type: str, content: bytes) -> str:
        return self._run("hash-object", "-w", "--stdin", "-t", type, stdin=content).decode().strip()

    def commit(self, sha: str) -> Commit:
        headers, message = _parse(self.read(sha))
        fields = dict(headers)
        parents = tuple(value for name, value in headers if name == "parent")
        author, committer = Person.parse(fields["author"]), Person.parse(fields["committer"])
        return Commit(sha, fields["tree"], parents, author, committer, message)

    def tag(self, sha: str) -> Tag:
        headers, message = _parse(self.read(sha))
        fields = dict(headers)
        tagger = Person.parse(fields["tagger"])
        return Tag(sha, fields["tag"], fields["object"], fields["type"], tagger, message)

    def entries(self, tree: str, *, recursive: bool = False) -> list[Entry]:
        flags = ["-r", "-t"] if recursive else []
        output = self._run("ls-tree", "-z", "--full-tree", "--long", *flags, tree)
        return [_entry(line) for line in os.fsdecode(output).split("\0") if line]

    def entry(self, commit: str, path: str) -> Entry | None:
        """What is at a path, which is not a pattern."""
        output = self._run(
            "--literal-pathspecs", "ls-tree", "-z", "--full-tree", "--long", commit, "--", path
        )
        return _entry(os.fsdecode(output).rstrip("\0")) if output else None

    def write_commit(
        self, tree: str, parents: Iterable[str], author: Person, committer: Person, message: str
    ) -> str:
        lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
        lines += [f"author {author}", f"committer {committer}", "", message]
        return self.write("commit", "\n".join(lines).encode())

    def write_tag(self, name: str, object: str, type: str, tagger: Person, message: str) -> str:
        lines = [f"object {object}", f"type {type}", f"tag {name}", f"tagger {tagger}", "", message]
        return self.write("tag", "\n".join(lines).encode())

    def write_tree(self, base: str | None, entries: Iterable[Entry]) -> str:
        """A tree with all that `base` has, and these entries instead."""
        there = self.entries(base, recursive=True) if base else []
        lines = [line for entry in entries for line in self._index_lines(entry, there)]
        with tempfile.TemporaryDirectory() as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder, "index"))}
            if base:
                self._run("read-tree", base, env=index)
            info = os.fsencode("".join(f"{line}\0" for line in lines))
            self._run("update-index", "--add", "--replace", "-z", "--index-info", stdin=info, env=index)
            return self._run("write-tree", env=index).decode().strip()

    def _index_lines(self, entry: Entry, there: Sequence[Entry]) -> Iterator[str]:
        """What `git update-index` takes for an entry in place of what is there."""
        if entry.sha is None or entry.type == "tree":
            yield from (f"0 {NULL}\t{each.path}" for each in there if _within(each.path, entry.path))
        if entry.sha is None:
            return
        if entry.type != "tree":
            yield f"{entry.mode} {entry.sha}\t{entry.path}"
            return
        for inner in self.entries(entry.sha, recursive=True):
            if inner.type != "tree":
                yield f"{inner.mode} {inner.sha}\t{entry.path}/{inner.path}"

    # Refs

    def refs(self, prefix: str = "refs/") -> dict[str, str]:
        """What each ref points at; the prefix is the start of a name, and may end within a part of it."""
        lines = self._run("for-each-ref", "--format=%(objectname) %(refname)", "refs/").decode().splitlines()
        pairs = (line.split(" ", 1) for line in lines)
        return {name: sha for sha, name in pairs if name.startswith(prefix)}

    def ref(self, name: str) -> str | None:
        """What a full name points at."""
        found = self._objects.look(name)
        return found.sha if found else None

    def branch(self, name: str) -> str | None:
        return self.ref(f"refs/heads/{name}")

    def resolve(self, name: str) -> str | None:
        """The commit that a branch, a tag or a hash stands for."""
        for full in (f"refs/heads/{name}", f"refs/tags/{name}", f"refs/{name}", name):
            if found := self.peel(full):
                return found
        return None

    def peel(self, sha: str, type: str = "commit") -> str | None:
        """What of a type an object is or leads to."""
        found = self._objects.look(sha, f"^{{{type}}}")
        return found.sha if found else None

    def valid(self, ref: str) -> bool:
        return self._ask("check-ref-format", ref) is not None

    def set_ref(self, name: str, new: str | None, old: str | None) -> None:
        """Move a ref that is at `old`, where None says that there is none."""
        if new is None:
            self._run("update-ref", "-d", name, old or NULL)
        else:
            self._run("update-ref", name, new, old or NULL)

    def reset(self, refs: Mapping[str, str]) -> None:
        """Let the refs be these and no others."""
        now = self.refs()
        for name in now.keys() | refs.keys():
            if now.get(name) != refs.get(name):
                self.set_ref(name, refs.get(name), now.get(name))

    # History, which is asked by hash: the answers stay what they are.

    def is_ancestor(self, one: str, other: str) -> bool:
        return self.merge_base(one, other) == self.peel(one)

    def merge_base(self, one: str, other: str) -> str | None:
        return self._ask("merge-base", one, other, once=True)

    def history(self, *revisions: str, path: str | None = None) -> list[str]:
        """The newest first."""
        paths = ["--", path] if path else ["--"]
        return self._run_once("--literal-pathspecs", "rev-list", *revisions, *paths).decode().split()

    def merge(self, ours: str, theirs: str) -> str | None:
        """The tree that a merge of both makes; None where they conflict."""
        output = self._ask("merge-tree", "--write-tree", ours, theirs, once=True)
        return output.splitlines()[0] if output else None

    def changes(self, old: str | None, new: str) -> list[Change]:
        """What differs from commit to commit, without a guess at renames; `old` is None at a root."""
        flags = ["--root", "-r", "-z", "--no-commit-id", "--no-renames", "--raw", "--numstat", "--abbrev=40"]
        output = self._run_once("diff-tree", *flags, *([old] if old else []), new)
        fields = os.fsdecode(output).split("\0")
        raw: dict[str, tuple[str, str]] = {}
        while fields[0].startswith(":"):
            _, _, before, after, letter = fields[0].split(" ")
            raw[fields[1]] = (letter, before if letter == "D" else after)
            del fields[:2]
        changes = []
        for line in filter(None, fields):
            added, deleted, path = line.split("\t", 2)
            letter, sha = raw[path]
            status = {"A": "added", "D": "removed"}.get(letter, "modified")
            # A binary file has dashes.
            lines = (int(added), int(deleted)) if added != "-" else (0, 0)
            changes.append(Change(path, status, sha, *lines))
        return changes

    def _run(self, *args: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> bytes:
        done = subprocess.run(
            ["git", f"--git-dir={self.path}", *args],
            input=stdin,
            capture_output=True,
            env={**self.environment, **(env or {})},
        )
        if done.returncode:
            raise GitError(f"git {args[0]}: {os.fsdecode(done.stderr).strip()}")
        return done.stdout

    def _run_once(self, *args: str) -> bytes:
        if args not in self._answers:
            self._answers[args] = self._run(*args)
        return self._answers[args]

    def _ask(self, *args: str, once: bool = False) -> str | None:
        """What git says, or None where it says no."""
        try:
            return os.fsdecode(self._run_once(*args) if once else self._run(*args)).strip()
        except GitError:
            return None


def _parse(content: bytes) -> tuple[list[tuple[str, str]], str]:
    """The headers and the message of a commit or a tag; a signature's further lines are left out."""
    head, _, message = content.partition(b"\n\n")
    lines = head.decode(errors="replace").split("\n")
    headers = [line.partition(" ") for line in lines if not line.startswith(" ")]
    return [(name, value) for name, _, value in headers], message.decode(errors="replace")


def _entry(line: str) -> Entry:
    about, _, path = line.partition("\t")
    mode, type, sha, size = about.split()
    return Entry(path, mode, type, sha, None if size == "-" else int(size))


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")
