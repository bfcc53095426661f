"""The README and the pages of docs/ as CommonMark: nothing is swallowed, and each link leads somewhere."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").rglob("*.md"))]
OTHERS = [path for path in (ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md") if path.exists()]

HEADINGS = {
    "README.md": """
        # flux-artifacts
        ## Daily commands
        ### What counts as changed
        ### What is checked
        ### Releasing and promoting
        #### Boxes and pull requests
        ### Where releases live
        ### Publishers
        ### Credentials
        ### A registry on this machine
        ### When something is missing
        ## In GitHub Actions
        ### What starts what
        ### Signatures
        ### Other registries
        ### More jobs
        ## In another monorepo
        ## How it works
        ## Settings
        ### Settings of a commit
        ### Release tags
        ### Maintenance lines
        ## How fast
        ## Working on it
    """,
    "docs/publishers.md": """
        # Publishers
        ## Which one
        ## What "same" means
        ## What flux cannot do
    """,
    "docs/signatures.md": """
        # Signatures
        ## Built, or promoted
        ## Signed as what
        ## Nothing is promoted without a signature
    """,
}
"""What each page has, in its order: a heading that is gone was swallowed, or moved without this list."""

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})\s*(\S*)")


def tokens(text: str) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(text)


def inlines(text: str) -> Iterator[Token]:
    for token in tokens(text):
        yield from token.children or ()


def headings(text: str) -> list[str]:
    return [f"{'#' * level} {inline.content}" for level, inline in outline(text)]


def outline(text: str) -> list[tuple[int, Token]]:
    """The level and the content of each heading."""
    return [
        (int(opening.tag.removeprefix("h")), inline)
        for opening, inline in pairwise(tokens(text))
        if opening.type == "heading_open"
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


@pytest.mark.parametrize("path", [*PAGES, *OTHERS], ids=name)
def test_every_fence_is_closed_and_every_link_leads_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert fence_faults(text) == []
    assert link_faults(path, text) == []


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_the_headings_are_the_expected_ones(path: Path) -> None:
    expected = [line.strip() for line in HEADINGS[name(path)].strip().splitlines()]
    assert headings(path.read_text(encoding="utf-8")) == expected


def test_each_page_is_expected() -> None:
    assert {name(path) for path in PAGES} == HEADINGS.keys()


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("```sh\nx\n```\n", []),
        ("~~~\n```\n~~~\n", []),
        ("````\n```sh\nx\n```\n````\n", []),
        ("- a\n\n  ```sh\n  x\n  ```\n", []),
        ("```sh\nx\n", ["line 1: never closed"]),
        ("```", ["line 1: never closed"]),
        ("```sh\nx\n~~~\n", ["line 1: never closed"]),
        ("````\nx\n```\n", ["line 1: never closed"]),
        ("- a\n\n  ```sh\n  x\n\n# b\n", ["line 3: never closed"]),
        ("```sh\nx\n# b\n\n```json\n{}\n```\n", ["line 1: not closed before line 5"]),
    ],
)
def test_an_open_fence_is_found(text: str, faults: list[str]) -> None:
    assert fence_faults(text) == faults


@pytest.mark.parametrize(
    ("link", "faults"),
    [
        ("[a](README.md)", []),
        ("[a](#daily-commands)", []),
        ("[a](docs/publishers.md#what-same-means)", []),
        ("[a][b]\n\n[b]: README.md#settings\n", []),
        ("`[a](nowhere.md)`", []),
        ("<https://example.com/x>", []),
        ("[a](nowhere.md)", ["nowhere.md: no such file"]),
        ("![a](docs/nowhere.svg)", ["docs/nowhere.svg: no such file"]),
        ("| a |\n|---|\n| [b](nowhere.md) |\n", ["nowhere.md: no such file"]),
        ("[a](#nowhere)", ["#nowhere: no such heading"]),
        ("[a](#Settings)", ["#Settings: no such heading"]),
        ("[a](LICENSE#x)", ["LICENSE#x: no such heading"]),
        ("[a](../outside.md)", ["../outside.md: no such file"]),
        ("[a][nowhere]", ["[a][nowhere]: no such reference"]),
        ("[a](http://example.com)", ["http://example.com: not https"]),
    ],
)
def test_a_link_that_leads_nowhere_is_found(link: str, faults: list[str]) -> None:
    assert link_faults(README, link) == faults


def test_the_anchors_are_githubs(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A, b & `c_d`!\n\n## Twice\n\n## Twice\n\nÉtat [of](x) it\n---\n", encoding="utf-8")
    assert anchors(page) == {"a-b--c_d", "twice", "twice-1", "état-of-it"}
