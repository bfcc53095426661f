"""What a commit message says: its type (conventionalcommits.org), reverts, breaking changes and authors."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from semver import Version

from flux.regex import regex

_CONVENTIONAL = regex(r"(?P<type>[a-zA-Z][\w-]*)(?:\((?P<scope>[^)]*)\))?(?P<breaking>!)?: +(?P<subject>.+)")
# GitHub's squash of a pull request adds its number.
_REVERT = regex(r'Re(?:vert|apply) "(?P<subject>.+)"(?: \(#[0-9]+\))?')
_KEY = r"(?:[ \t]*(?:[*-] +)?BREAKING[ -]CHANGE(?::| #)|[\w-]+(?:: | #))"
_BREAKING = regex(
    # Indented or an item of a list in the message of a squash, its text also on the lines below.
    rf"^[ \t]*(?:[*-] +)?BREAKING[ -]CHANGE(?::(?:[ \t]*\n){{0,2}}| #)(?!{_KEY})"
    rf"[ \t]*(?P<text>\S.*(?:\n(?!{_KEY})[ \t]*\S.*)*)",
    re.MULTILINE,
)
_AUTHOR = regex(r"^co-authored-by: *(?P<name>[^<\n]*[^<\s])? *<[^>\n]*>\s*$", re.MULTILINE | re.IGNORECASE)
_MOST_CHARACTERS = 20_000


@dataclass(frozen=True)
class LoggedCommit:
    """A commit that touched an artifact."""

    commit: str
    subject: str
    body: str = ""


@dataclass(frozen=True)
class Said:
    """What a commit says. `type` is in lower case, empty for a subject of no convention.

    `breaks` has what each footer says of a breaking change; `is_breaking` is true without one for a `!`.
    """

    type: str
    scope: str
    subject: str
    is_breaking: bool
    breaks: tuple[str, ...]
    authors: tuple[str, ...]


def read_commit(logged: LoggedCommit) -> Said:
    body = logged.body[:_MOST_CHARACTERS].replace("\r\n", "\n")
    breaks = tuple(" ".join(found["text"].split()) for found in _BREAKING.finditer(body))
    authors = tuple(dict.fromkeys(found["name"] or "" for found in _AUTHOR.finditer(body)))
    named = tuple(name for name in authors if name)
    if revert := _REVERT.fullmatch(logged.subject):
        return Said("revert", "", revert[0], bool(breaks), breaks, named)
    match = _CONVENTIONAL.fullmatch(logged.subject)
    if match is None:
        return Said("", "", logged.subject, bool(breaks), breaks, named)
    is_breaking = bool(match["breaking"] or breaks)
    return Said(match["type"].lower(), match["scope"] or "", match["subject"], is_breaking, breaks, named)


def asked_bump(commits: Iterable[LoggedCommit], last: Version | None) -> str:
    """The bump that commits ask for. Before 1.0.0 a breaking change asks for a minor one (semver.org, 4)."""
    said = [read_commit(logged) for logged in commits]
    if any(one.is_breaking for one in said):
        return "minor" if last is None or last.major == 0 else "major"
    return "minor" if last is None or any(one.type == "feat" for one in said) else "patch"
