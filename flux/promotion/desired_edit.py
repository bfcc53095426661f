"""The smallest edit of the desired state: only versions change."""

import json
from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flux.promotion.desired import parse_desired
from flux.regex import regex

_PLACE = "the desired state"
_INDENT = 2
_JSON = json.JSONDecoder()
_SPACE = regex(r"[ \t\r\n]*")
_BLANK_LINES = regex(r"(\r?\n)[ \t\r\n]*\n")


def set_versions(
    content: bytes | None, artifact: str, versions: Mapping[str, str], order: Sequence[str]
) -> bytes:
    """Return the desired state with these environments of an artifact at these versions.

    Nothing else changes. `order` has all environments. A new environment goes to its place in `order`. A new
    artifact goes to its place by name if the others are sorted, else to the end. Both are formatted like
    their neighbours. Content None is a missing file.

    Raises DesiredStateError if the content has errors, or if the new artifact or version is invalid.
    """
    parse_desired(_PLACE, content)
    text = "{}\n" if content is None else content.decode()
    for environment in sorted(versions, key=order.index):
        text = _set(text, artifact, environment, versions[environment], order)
    edited = text.encode()
    parse_desired(_PLACE, edited)
    return edited


@dataclass(frozen=True)
class _Member:
    """A key and its value. `start` is at the key's quote. `colon` is the text between key and value."""

    key: str
    value: Any
    start: int
    colon: slice
    end: int


@dataclass(frozen=True)
class _JsonObject:
    """An object in the text, with its braces."""

    start: int
    end: int
    members: list[_Member]

    @property
    def keys(self) -> list[str]:
        return [member.key for member in self.members]

    @property
    def opening(self) -> slice:
        """The text between the opening brace and the first member."""
        return slice(self.start + 1, self.members[0].start)

    @property
    def closing(self) -> slice:
        """The text between the last member and the closing brace."""
        return slice(self.members[-1].end, self.end - 1)


@dataclass(frozen=True)
class _Spacing:
    """The text after an object's opening brace, between key and value, and before its closing brace."""

    opening: str
    colon: str
    closing: str

    def write(self, key: str, value: str) -> str:
        return f"{{{self.opening}{json.dumps(key)}{self.colon}{value}{self.closing}}}"


def _set(text: str, artifact: str, environment: str, version: str, order: Sequence[str]) -> str:
    whole = _scan(text, 0)
    written = json.dumps(version)
    if not whole.members:
        newline = "\r\n" if "\r\n" in text else "\n"
        state = json.dumps({artifact: {environment: version}}, indent=_INDENT).replace("\n", newline)
        return text[: whole.start] + state + text[whole.end :]
    if artifact not in whole.keys:
        at = bisect(whole.keys, artifact) if whole.keys == sorted(whole.keys) else len(whole.keys)
        inner = _layout(text, whole, at).write(environment, written)
        return _insert(text, whole, at, json.dumps(artifact), inner)
    place = whole.keys.index(artifact)
    member = whole.members[place]
    if not member.value:
        inner = _layout(text, whole, place).write(environment, written)
        return text[: member.colon.stop] + inner + text[member.end :]
    found = _scan(text, member.colon.stop)
    if environment not in found.keys:
        return _insert(text, found, _place(found.keys, environment, order), json.dumps(environment), written)
    member = found.members[found.keys.index(environment)]
    if member.value == version:
        return text
    return text[: member.colon.stop] + written + text[member.end :]


def _scan(text: str, at: int) -> _JsonObject:
    """Return the object that begins at a position, or after the whitespace there."""
    start = _skip(text, at)
    members = []
    at = _skip(text, start + 1)
    while text[at] != "}":
        key, key_end = _JSON.raw_decode(text, at)
        value_start = _skip(text, _skip(text, key_end) + 1)
        value, end = _JSON.raw_decode(text, value_start)
        members.append(_Member(key, value, at, slice(key_end, value_start), end))
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return _JsonObject(start, at + 1, members)


def _skip(text: str, at: int) -> int:
    """Return where the whitespace at a position ends."""
    space = _SPACE.match(text, at)
    return space.end() if space else at


def _place(present: Sequence[str], new: str, order: Sequence[str]) -> int:
    """Return where a key goes: after the last key before it in the order, else before the first key after it.
    If there is neither, it goes last."""
    at = order.index(new)
    for earlier in reversed(order[:at]):
        if earlier in present:
            return present.index(earlier) + 1
    after = (present.index(later) for later in order[at + 1 :] if later in present)
    return next(after, len(present))


def _insert(text: str, into: _JsonObject, at: int, key: str, value: str) -> str:
    """Return the text with a new member before the one at an index, or last.

    The member is added right after the one before it, so that no other line changes.
    """
    neighbour = into.members[max(at - 1, 0)]
    member = f"{key}{text[neighbour.colon]}{value}"
    comma = _comma(text, into, at)
    if at == 0:
        return text[: neighbour.start] + member + comma + text[neighbour.start :]
    return text[: neighbour.end] + comma + member + text[neighbour.end :]


def _comma(text: str, of: _JsonObject, at: int) -> str:
    """Return the text between a new member and its neighbour. It is the same as between old members."""
    opening = _BLANK_LINES.sub(r"\1", text[of.opening])
    if len(of.members) == 1:
        if "\n" in opening:
            return "," + opening
        return ", " if opening or text[of.members[0].colon][-1].isspace() else ","
    after = min(max(at - 1, 0), len(of.members) - 2)
    between = text[of.members[after].end : of.members[after + 1].start]
    comma = _BLANK_LINES.sub(r"\1", between)
    if at == 0 and "\n" in opening and _last_line(opening) != _last_line(comma):
        return "," + opening  # commas are at the beginning of lines
    return comma


def _layout(text: str, whole: _JsonObject, at: int) -> _Spacing:
    """Return the layout of an artifact's object: that of the nearest object that is not empty, first of those
    before it. If all are empty, it is like that of the whole."""
    for member in (*reversed(whole.members[:at]), *whole.members[at:]):
        if member.value:
            near = _scan(text, member.colon.stop)
            return _Spacing(text[near.opening], text[near.members[0].colon], text[near.closing])
    opening, colon, closing = text[whole.opening], text[whole.members[0].colon], text[whole.closing]
    if "\n" not in opening:
        return _Spacing(opening, colon, opening)
    newline = "\r\n" if "\r\n" in opening else "\n"
    indent = _last_line(opening)
    step = indent.removeprefix(_last_line(closing))
    return _Spacing(newline + indent + step, colon, newline + indent)


def _last_line(text: str) -> str:
    return text.rpartition("\n")[2]
