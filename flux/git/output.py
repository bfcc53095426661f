"""Parses git's output. For git names are bytes: bytes that are not UTF-8 become surrogate escapes."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import IO

from flux.artifact.revision import Revision
from flux.artifact.tree import EXECUTABLE, REGULAR, SYMLINK, Change
from flux.errors import GitError
from flux.regex import regex

_MOST_DIGITS = 18
_LATEST: int = 10**_MOST_DIGITS

WHO = "run `git config --global user.name NAME` and `git config --global user.email EMAIL`"
_REJECTED = regex(r" ?! \[(?:remote )?(?:rejected|failure)\] +(?:\S+ +-> +)?(?P<ref>\S+) +\((?P<why>.*)\)$")
_CROSSED = regex(
    r"^(?:stale info|fetch first|non-fast-forward|already exists|would clobber existing tag)"
    r"|cannot lock ref|incorrect old value|reference already exists"
)
"""Git's reasons for a refused push if another push came first."""
_PROGRESS = regex(r"(?:Enumerating|Counting|Compressing|Resolving|Total|Processed|Updating) .*\d")
_NO_DISK = regex(r"(Read-only file system|Permission denied|No space left on device|Disk quota exceeded)$")
_DISK = "check the disk that has the clone, and its permissions"
_LOCKED = regex(r"Unable to create '(?P<file>.+\.lock)': File exists")
_MOST_TOLD = 5  # lines
_LONGEST = 1000  # characters

WalkedCommit = tuple[Revision, str | None, list[tuple[str, str]]]
"""A commit, its first parent, and its changes as pairs of raw entry and path."""


def refs(listed: str, separator: str) -> dict[str, str]:
    """Return the refs with their objects from the output of `ls-remote` or `show-ref`, one ref a line."""
    rows = (line.partition(separator) for line in listed.split("\n") if line)
    return {name: oid for oid, _, name in rows}


def tags(refs: Mapping[str, str]) -> dict[str, str]:
    """Return tags by short name. Git lists a peeled object after the tag's own: the peeled one counts."""
    return {name.removeprefix("refs/tags/").removesuffix("^{}"): oid for name, oid in refs.items()}


def change(raw: str, path: str) -> Change:
    """Return the change in one entry of `git diff --raw -z`: `:MODE MODE OID OID STATUS`, and the path."""
    return Change(path, added=raw.endswith("A"), deleted=raw.endswith("D"))


def blob(raw: str) -> str | None:
    """Return the new blob of such an entry, None if the file was deleted."""
    _, mode, _, oid, _ = raw.removeprefix(":").split(" ")
    return oid if int(mode, 8) in (REGULAR, EXECUTABLE, SYMLINK) else None


def parse_log(stream: IO[bytes]) -> Iterator[WalkedCommit]:
    """Yield the commits of `git log -z --raw` with the header `%H %ct %P`, as git prints them."""
    header: list[str] = []
    changes: list[tuple[str, str]] = []
    fields = _fields(stream)
    for raw in fields:
        text = raw.removeprefix("\n")  # git prints it before the changes of a commit
        if text.startswith(":"):
            changes.append((text, next(fields)))
        elif text:
            if header:
                yield _logged(header, changes)
            header, changes = text.split(" "), []
    if header:
        yield _logged(header, changes)


def _logged(header: list[str], changes: list[tuple[str, str]]) -> WalkedCommit:
    commit, time, parent = header[:3]
    return Revision(commit, seconds(time)), parent or None, changes


def _fields(stream: IO[bytes]) -> Iterator[str]:
    """Yield the NUL-terminated fields of a stream."""
    rest = b""
    while chunk := stream.read1(65536):  # type: ignore[attr-defined]
        whole, end, rest = (rest + chunk).rpartition(b"\0")
        if end:
            yield from whole.decode("utf-8", "surrogateescape").split("\0")


def seconds(printed: str) -> int:
    """Return seconds since the epoch, up to a limit; 0 for a missing or invalid date, like git."""
    if not (printed.isascii() and printed.isdecimal()):
        return 0
    return int(printed) if len(printed) <= _MOST_DIGITS else _LATEST


def readable(text: str) -> str:
    """Return a text for display, with a replacement character for each byte that is not UTF-8."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def error(stderr: str, status: int = 0) -> GitError:
    """Return git's message in one line. Remove credentials in URLs, even those with unescaped slashes."""
    said = stderr.strip()
    lines = [re.sub(r"://[^\s'\"]*@", "://", line) for line in said.splitlines()]
    if unknown := _unknown(said, status):
        return unknown
    fatal = [line for line in lines if line.startswith(("fatal:", "error:"))]
    first = (fatal or lines or [""])[0]
    if first == "fatal: Could not read from remote repository." and (before := lines[: lines.index(first)]):
        first = before[-1]  # the message of ssh, or of the host through ssh
    message = re.sub(r"^(fatal|error): ", "", first)
    told = _told(lines)
    if refused := _refused(lines, told):
        message, hint = refused
        return GitError(message, hint, status)
    hint = _DISK if _NO_DISK.search(message) else _unlocking(message)
    return GitError("; ".join([*told, message])[-_LONGEST:], hint, status)


def _unlocking(message: str) -> str:
    """Return the hint for a lock file that exists; empty if the message is not about one."""
    found = _LOCKED.search(message)
    return (
        f"if no git runs there, a killed one left it: `{shlex.join(['rm', found['file']])}`" if found else ""
    )


def _unknown(said: str, status: int) -> GitError | None:
    """Return the error for a clone that has no identity for commits; None for another message."""
    if not re.search("Please tell me who you are|empty ident name|unable to auto-detect email", said):
        return None
    return GitError("git does not know who you are", WHO, status)


def _told(lines: Sequence[str]) -> list[str]:
    """Return the remote's messages without its progress."""
    said = [line.removeprefix("remote:").strip() for line in lines if line.startswith("remote:")]
    said = [line.removeprefix("error: ") for line in said if re.search(r"\w", line)]
    return [line for line in said if not _PROGRESS.match(line)][:_MOST_TOLD]


def _refused(lines: Sequence[str], told: Sequence[str]) -> tuple[str, str] | None:
    """Return why a push was refused, with the remote's messages, and a hint; None for another failure."""
    rejected = [found for line in lines if (found := _REJECTED.match(line))]
    if not rejected or not any("failed to push some refs" in line for line in lines):
        return None
    ref, why = rejected[0]["ref"], rejected[0]["why"]
    said = "; ".join([why, *told])[:_LONGEST]
    if _CROSSED.search(said):
        crossed = f"{ref} was not pushed: somebody has made or moved it meanwhile ({why})"
        return crossed, "run the same command again"
    return f"{ref} was not pushed: {said}", "who manages the rules of origin can allow it" if told else ""


def trusting(message: str) -> str:
    """Return the hint for a clone that belongs to another user; empty if the message does not say so."""
    found = re.search("dubious ownership in repository at '(.*)'$", message)
    command = ["git", "config", "--global", "--add", "safe.directory", found[1]] if found else []
    return f"if you trust it: `{shlex.join(command)}`" if command else ""
