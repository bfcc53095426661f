"""Wraps lines. A command in backticks is not broken. Pure."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from flux.regex import regex
from flux.report.text import Styled, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

_COMMAND = regex(r"`[^`]+`")
_JOINED = "\0"
"""Stands for a space at which no line ends. Text that is shown has no such character."""


def folded(parts: Sequence[str | Styled], width: int, indent: int) -> list[list[str | Styled]]:
    """The lines of one text, each with its parts. The styles of its first line are those of its parts; the
    others have the style of the last part."""
    text = "".join(map(plain, parts))
    joined = _COMMAND.sub(lambda command: command[0].replace(" ", _JOINED), text)
    lines = textwrap.wrap(
        joined, width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
    )
    if len(lines) < 2:
        return [[*parts]]
    first, *others = (line.replace(_JOINED, " ") for line in lines)
    return [_beginning(parts, len(first)), *([_styled(line, parts[-1])] for line in others)]


def _beginning(parts: Sequence[str | Styled], length: int) -> list[str | Styled]:
    """So many characters of the parts."""
    found: list[str | Styled] = []
    for part in parts:
        text = plain(part)[:length]
        found.append(_styled(text, part))
        length -= len(text)
    return found


def _styled(text: str, like: str | Styled) -> str | Styled:
    return Styled(text, like.style) if isinstance(like, Styled) else text
