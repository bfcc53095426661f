"""Text from anybody in Markdown: shown as plain text."""

import re
from urllib.parse import quote

from flux.regex import regex

_MARKUP = regex(r"([\\`*_{}\[\]<>#|~&@$])")
# What GitHub makes a reference of, wherever it stands. Behind a word such as "fixes" it closes an issue:
# https://docs.github.com/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue
_REFERENCE = regex(r"@|#(?=[0-9])|\bGH-(?=[0-9])|:(?=//)", re.IGNORECASE)
_OF_URLS = "/:?#[]@!$&'*+,;=%~"


def escaped(text: str) -> str:
    """Text whose characters are no markup inside of a line: https://github.github.com/gfm/#backslash-escapes"""
    return _MARKUP.sub(r"\\\1", text)


def plain(text: str) -> str:
    """Text of one line that may begin it, without what cannot be seen.

    No markup, no mention of a person, and no reference to an issue: a word joiner is in each.
    """
    text = escaped("".join(c for c in text if c.isprintable()))
    text = re.sub(r"^(\d+)([.)])(?=\s|$)", r"\1\\\2", text)
    text = re.sub(r"^([-+])(?=\s|$)", r"\\\1", text)
    return _REFERENCE.sub("\\g<0>\u2060", text)


def code(text: str) -> str:
    """Text as code, without what cannot be seen and backticks."""
    return f"`{''.join(c for c in text if c.isprintable() and c != '`') or ' '}`"


def link(text: str, url: str) -> str:
    """A link from text that is escaped already."""
    return f"[{text}]({quote(url, _OF_URLS, errors='replace')})"
