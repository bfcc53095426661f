"""Which pictures pages have, and what is wrong with one; `nox -s diagrams` draws them in a browser."""

import json
from html import escape
from pathlib import Path

import pytest

from docs.diagrams import Diagram, diagrams, faults, page_of

GOOD = {"width": 800, "height": 300}
ONE = Diagram("README.md 1", "flowchart LR\n  a --> b\n")


def document(**drawn: object) -> str:
    result = {"README.md 1": drawn} if drawn else None
    return f'<p>x</p><script id="result" type="application/json">{json.dumps(result)}</script>'


def test_every_page_is_searched(tmp_path: Path) -> None:
    (tmp_path / "docs/a").mkdir(parents=True)
    block = "```mermaid\nflowchart LR\n    {}\n```\n"
    for page in ("README.md", "CONTRIBUTING.md", "docs/a/b.md"):
        (tmp_path / page).write_text(f"# x\n\n{block.format('a')}\n```sh\nx\n```\n\n{block.format('b')}")
    found = diagrams(tmp_path)
    assert [each.name for each in found] == [
        f"{page} {number}" for page in ("README.md", "CONTRIBUTING.md", "docs/a/b.md") for number in (1, 2)
    ]
    assert found[1].text == "flowchart LR\n    b\n"


def test_the_pages_have_pictures() -> None:
    assert len(diagrams()) > 5


def test_what_a_picture_says_is_text() -> None:
    page = page_of([Diagram("x", 'a["</pre><script>alert(1)</script>"]')], "file:///m.js")
    assert "<script>alert" not in page
    assert escape("</pre><script>") in page


@pytest.mark.parametrize(
    ("drawn", "fault"),
    [
        (GOOD, None),
        ({"width": 1700, "height": 1200}, None),
        ({"fault": "Error: Parse error on line 2\nmore"}, "Error: Parse error on line 2"),
        ({"width": 0, "height": 0}, "it is empty"),
        ({"width": 800, "height": 701}, "it is 701 pixels high, more than a screen"),
        ({"width": 1801, "height": 9}, "it is 1801 pixels wide, so that its words become too small"),
    ],
)
def test_a_fault(drawn: dict[str, object], fault: str | None) -> None:
    assert faults([ONE], document(**drawn)) == ([f"README.md 1: {fault}"] if fault else [])


def test_a_picture_that_was_not_drawn() -> None:
    assert faults([ONE], document()) == ["the browser drew nothing"]
    assert faults([ONE], "<p>x</p>") == ["the browser drew nothing"]
    assert faults([ONE, Diagram("other 1", "x")], document(**GOOD)) == ["other 1: it was not drawn"]
