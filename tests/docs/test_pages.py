"""Nothing on a page is swallowed, each heading is an expected one, and each link leads somewhere.

`nox -s site` builds the same pages strictly.
"""

import os
import re
from functools import cache
from itertools import cycle, pairwise
from pathlib import Path

import pytest

from tests.docs.pages import (
    OTHERS,
    PAGES,
    README,
    ROOT,
    anchors,
    fence_faults,
    headings,
    inlines,
    link_faults,
    name,
    outline,
    repeated,
    tokens,
)


@pytest.mark.parametrize("path", [*PAGES, *OTHERS], ids=name)
def test_every_fence_is_closed_and_every_link_leads_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert fence_faults(text) == []
    assert link_faults(path, text) == []


EXPECTED = Path(__file__).with_name("headings.txt")
"""The headings of each page, below its path."""
HELD = [path for path in [*PAGES, *OTHERS] if path.name != "CHANGELOG.md"]


@cache
def expected() -> dict[str, list[str]]:
    if os.environ.get("FLUX_TESTS_SNAPSHOTS") == "write":
        listed = ["\n".join([name(path), *headings(path.read_text(encoding="utf-8"))]) for path in HELD]
        EXPECTED.write_text("\n\n".join(listed) + "\n", encoding="utf-8")
    pages = EXPECTED.read_text(encoding="utf-8").rstrip("\n").split("\n\n")
    return {page: lines for page, *lines in (each.split("\n") for each in pages)}


@pytest.mark.parametrize("path", HELD, ids=name)
def test_the_headings_are_the_expected_ones(path: Path) -> None:
    found = headings(path.read_text(encoding="utf-8"))
    assert found == expected().get(name(path)), "if they are meant so: FLUX_TESTS_SNAPSHOTS=write writes them"


def test_headings_are_expected_of_no_page_that_is_gone() -> None:
    assert [*expected()] == [name(path) for path in HELD]


@pytest.mark.parametrize("path", HELD, ids=name)
def test_a_page_that_is_broken_anywhere_is_found(path: Path) -> None:
    """Each of its fences left open, each of its headings swallowed, and each of its links bent."""
    text = path.read_text(encoding="utf-8")
    lines = text.split("\n")

    def broken(number: int, line: str) -> str:
        return "\n".join([*lines[:number], line, *lines[number + 1 :]])

    swallowing = cycle(("    {}", "<!-- {}", "#"))
    for token in tokens(text):
        if token.map and token.type == "fence":
            cut = broken(token.map[1] - 1, "")
            assert fence_faults(cut) or headings(cut) != expected()[name(path)], f"line {token.map[1]}"
        if token.map and token.type == "heading_open":
            first = token.map[0]
            spoiled = broken(first, next(swallowing).format(lines[first]))
            assert headings(spoiled) != expected()[name(path)], f"line {first + 1}"
    links = {str(each.attrGet("href")) for each in inlines(text) if each.attrGet("href")}
    own = {link for link in links if not link.startswith(("https:", "mailto:"))}
    bent = re.sub(r"(\]\(|^\[[^]]+\]: )(?!https:|mailto:)([^)\s]+)", r"\1\2-x", text, flags=re.MULTILINE)
    assert {fault.partition(": ")[0] for fault in link_faults(path, bent)} >= {f"{link}-x" for link in own}


@pytest.mark.parametrize("path", [*PAGES, *OTHERS], ids=name)
def test_the_headings_are_an_outline(path: Path) -> None:
    """One title, no level left out, and no two of one name: the site and GitHub call the second otherwise."""
    levels = [level for level, _ in outline(path.read_text(encoding="utf-8"))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert [pair for pair in pairwise(levels) if pair[1] > pair[0] + 1] == []
    assert path.name == "CHANGELOG.md" or repeated(path) == []


def test_each_page_is_in_the_navigation_once() -> None:
    nav = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")[2]
    listed = [f"docs/{found}" for found in re.findall(r"- (?:.*: )?(\S+\.md)$", nav, re.MULTILINE)]
    assert sorted(listed) == sorted(name(path) for path in PAGES if path != README)


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
        ("[a](docs/how-to/flux-cli.md#what-same-means)", []),
        ("[a][b]\n\n[b]: README.md#documentation\n", []),
        ("`[a](nowhere.md)`", []),
        ("<https://example.com/x>", []),
        ("[a](nowhere.md)", ["nowhere.md: no such file"]),
        ("![a](docs/nowhere.svg)", ["docs/nowhere.svg: no such file"]),
        ("| a |\n|---|\n| [b](nowhere.md) |\n", ["nowhere.md: no such file"]),
        ("[a](#nowhere)", ["#nowhere: no such heading"]),
        ("[a](#Documentation)", ["#Documentation: no such heading"]),
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
