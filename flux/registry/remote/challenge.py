"""Parses the challenges in `WWW-Authenticate` (RFC 9110, section 11.6.1)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flux.regex import regex

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_BETWEEN = regex(r"[\s,]*")
_PARAMETER = regex(rf'({_TOKEN})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))')
_SCHEME = regex(rf"({_TOKEN})(?=[\s,]|$)")
_BROKEN = regex(r"[^,]*")
_ESCAPED = regex(r"\\(.)")


@dataclass(frozen=True)
class Challenge:
    """One way to log in. The scheme, and the names of the parameters, are in lower case."""

    scheme: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        return self.parameters.get(name, "")


def parse_challenges(headers: Iterable[str]) -> list[Challenge]:
    """Return every challenge of one or more headers, in their order. Invalid parts are ignored."""
    return [challenge for header in headers for challenge in _parse(header)]


def _parse(header: str) -> list[Challenge]:
    found: list[Challenge] = []
    parameters: dict[str, str] = {}
    at = 0
    while (at := _after(_BETWEEN, header, at)) < len(header):
        if match := _PARAMETER.match(header, at):
            quoted = match[2]
            value = match[3] if quoted is None else _ESCAPED.sub(r"\1", quoted)
            parameters.setdefault(match[1].lower(), value)
            at = match.end()
        elif match := _SCHEME.match(header, at):
            parameters = {}
            found.append(Challenge(match[1].lower(), parameters))
            at = match.end()
        else:
            at = max(_after(_BROKEN, header, at), at + 1)
    return found


def _after(pattern: re.Pattern[str], header: str, at: int) -> int:
    match = pattern.match(header, at)
    return match.end() if match else at
