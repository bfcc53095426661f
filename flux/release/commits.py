"""Reads commit messages: the type (conventionalcommits.org), reverts, breaking changes and authors."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from semver import Version

from flux.regex import regex

_CONVENTIONAL = regex(r"(?P<type>[a-zA-Z][\w-]*)(?:\((?P<scope>[^)]*)\))?(?P<breaking>!)?: +(?P<subject>.+)")
# A squash merge on GitHub adds the number of the pull request.
_REVERT = regex(r'Re(?:vert|apply) "(?P<subject>.+)"(?: \(#[0-9]+\))?')
_KEY = r"(?:[ \t]*(?:[*-] +)?BREAKING[ -]CHANGE(?::| #)|[\w-]+(?:: | #))"
_BREAKING = regex(
    # In a squash message it is indented or a list item. Its text may begin on a line below.
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
    """The parts of a commit message. `type` is in lower case, empty if the subject has none.

    `breaks` has the text of each breaking-change footer. `is_breaking` is also true for a `!` in the subject.
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
    """Return the bump for these commits. Before 1.0.0 a breaking change needs only minor (semver.org, 4)."""
    said = [read_commit(logged) for logged in commits]
    if any(one.is_breaking for one in said):
        return "minor" if last is None or last.major == 0 else "major"
    return "minor" if last is None or any(one.type == "feat" for one in said) else "patch"
