"""The README and the pages of docs/ as CommonMark: their headings, fences and links."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parent.parent.parent

README = ROOT / "README.md"

PAGES = [README, *sorted((ROOT / "docs").rglob("*.md"))]

OTHERS = [ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md"]

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})\s*(\S*)")


def tokens(text: str) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(text)


def inlines(text: str) -> Iterator[Token]:
    for token in tokens(text):
        yield from token.children or ()


def headings(text: str) -> list[str]:
    return [f"{'#' * level} {inline.content}" for level, inline in outline(text)]


def outline(text: str) -> list[tuple[int, Token]]:
    """The level and the content of each heading. One inside a list or a quote is none of the page's."""
    return [
        (int(opening.tag.removeprefix("h")), inline)
        for opening, inline in pairwise(tokens(text))
        if opening.type == "heading_open" and not opening.level
    ]


def fence_faults(text: str) -> list[str]:
    """Fences without an end, and those that another one inside has opened: it was meant to be outside."""
    lines, faults = text.splitlines(), []
    for token in tokens(text):
        if token.type != "fence" or token.map is None:
            continue
        first, end = token.map
        last = lines[end - 1].strip()
        if end - 1 == first or set(last) != {token.markup[0]} or len(last) < len(token.markup):
            faults.append(f"line {first + 1}: never closed")
        for number, line in enumerate(lines[first + 1 : end - 1], first + 2):
            opened = _FENCE.match(line)
            if opened and opened[1].startswith(token.markup):
                faults.append(f"line {first + 1}: not closed before line {number}")
    return faults


@cache
def anchors(path: Path) -> frozenset[str]:
    """What GitHub calls the headings of a page."""
    found: set[str] = set()
    for _, inline in outline(path.read_text(encoding="utf-8")):
        plain = "".join(token.content for token in inline.children or ())
        slug = re.sub(r"[^\w\- ]", "", plain.strip().lower()).replace(" ", "-")
        number = 0
        while (unique := f"{slug}-{number}" if number else slug) in found:
            number += 1
        found.add(unique)
    return frozenset(found)


def repeated(path: Path) -> list[str]:
    """The headings whose words an earlier one has."""
    words = [inline.content for _, inline in outline(path.read_text(encoding="utf-8"))]
    return [each for number, each in enumerate(words) if each in words[:number]]


def link_faults(path: Path, text: str) -> list[str]:
    """Links and pictures that lead to no file below the root, or to no heading of it."""
    faults = []
    for token in inlines(text):
        if token.type == "text" and (undefined := re.search(r"\[[^]]+\]\[[^]]*\]", token.content)):
            faults.append(f"{undefined[0]}: no such reference")
        if target := str(token.attrGet("href") or token.attrGet("src") or ""):
            fault = target_fault(path, target)
            faults += [f"{target}: {fault}"] if fault else []
    return faults


def target_fault(path: Path, target: str) -> str:
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return "" if parts.scheme in ("https", "mailto") else "not https"
    file = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if not file.is_relative_to(ROOT) or not file.exists():
        return "no such file"
    if parts.fragment and (file.suffix != ".md" or unquote(parts.fragment) not in anchors(file)):
        return "no such heading"
    return ""


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
