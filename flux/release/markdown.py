"""Anybody's text in Markdown: shown as it is, and nothing but text."""

import re
from urllib.parse import quote

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&@$])")
_OF_URLS = "/:?#[]@!$&'*+,;=%~"


def escaped(text: str) -> str:
    """Text whose characters are no markup inside of a line: https://github.github.com/gfm/#backslash-escapes"""
    return _MARKUP.sub(r"\\\1", text)


def plain(text: str) -> str:
    """Text of one line that may begin it, without what cannot be seen: no markup, no mention of a person."""
    text = escaped("".join(c for c in text if c.isprintable()))
    text = re.sub(r"^(\d+)([.)])(?=\s|$)", r"\1\\\2", text)
    return re.sub(r"^([-+])(?=\s|$)", r"\\\1", text).replace("@", "@\u2060")


def code(text: str) -> str:
    """Text as code, without what cannot be seen and backticks."""
    return f"`{''.join(c for c in text if c.isprintable() and c != '`') or ' '}`"


def link(text: str, url: str) -> str:
    """A link from text that is escaped already."""
    return f"[{text}]({quote(url, _OF_URLS, errors='replace')})"
