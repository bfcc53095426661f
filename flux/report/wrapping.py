"""Wraps lines. It does not break commands in backticks. Pure."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from flux.regex import regex
from flux.report.text import Styled, unstyled

if TYPE_CHECKING:
    from collections.abc import Sequence

_COMMAND = regex(r"`[^`]+`")
_JOINED = "\0"
"""Replaces a space that must not be broken. Text that is shown does not have this character."""


def folded(parts: Sequence[str | Styled], width: int, indent: int) -> list[list[str | Styled]]:
    """Return the lines of a text, each as a list of parts. The first line keeps the styles of the parts. The
    other lines have the style of the last part."""
    text = "".join(map(unstyled, parts))
    joined = _COMMAND.sub(lambda command: command[0].replace(" ", _JOINED), text)
    lines = textwrap.wrap(
        joined, width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
    )
    if len(lines) < 2:
        return [[*parts]]
    first, *others = (line.replace(_JOINED, " ") for line in lines)
    return [_beginning(parts, len(first)), *([_styled(line, parts[-1])] for line in others)]


def _beginning(parts: Sequence[str | Styled], length: int) -> list[str | Styled]:
    """Return the first `length` characters of the parts."""
    found: list[str | Styled] = []
    for part in parts:
        text = unstyled(part)[:length]
        found.append(_styled(text, part))
        length -= len(text)
    return found


def _styled(text: str, like: str | Styled) -> str | Styled:
    return Styled(text, like.style) if isinstance(like, Styled) else text
