"""Escapes untrusted text, which Markdown then shows as plain text."""

import re
from urllib.parse import quote

from flux.regex import regex

_MARKUP = regex(r"([\\`*_{}\[\]<>#|~&@$])")
# GitHub makes a reference of these at any place. After a word such as "fixes" it closes an issue:
# https://docs.github.com/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue
_REFERENCE = regex(r"@|#(?=[0-9])|\bGH-(?=[0-9])|:(?=//)", re.IGNORECASE)
_OF_URLS = "/:?#[]@!$&'*+,;=%~"


def escaped(text: str) -> str:
    """Return text without markup inside a line: https://github.github.com/gfm/#backslash-escapes"""
    return _MARKUP.sub(r"\\\1", text)


def plain(text: str) -> str:
    """Return text in one line, also for the beginning of a line, without invisible characters.

    It makes no markup, no mention of a person, and no reference to an issue: a word joiner breaks these.
    """
    text = escaped("".join(c for c in text if c.isprintable()))
    text = re.sub(r"^(\d+)([.)])(?=\s|$)", r"\1\\\2", text)
    text = re.sub(r"^([-+])(?=\s|$)", r"\\\1", text)
    return _REFERENCE.sub("\\g<0>\u2060", text)


def code(text: str) -> str:
    """Return text as code, without invisible characters and backticks."""
    return f"`{''.join(c for c in text if c.isprintable() and c != '`') or ' '}`"


def link(text: str, url: str) -> str:
    """Return a link with a text that is already escaped."""
    return f"[{text}]({quote(url, _OF_URLS, errors='replace')})"
