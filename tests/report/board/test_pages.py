"""The pages of the board: complete, and with nothing in them that somebody from outside could run."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest

from flux.report.board.document import document
from flux.report.board.pages import image_page, link, notes, render, states
from tests.report.board.boards import HOSTILE, artifact, board, large

PAGES = dict(render(document(board(artifact(), artifact("db")))))


class Reader(HTMLParser):
    """What a page has: its elements with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_every_page_is_there() -> None:
    assert sorted(PAGES) == [
        *("artifacts/app.html", "artifacts/db.html", "board.css", "board.js", "board.json"),
        *("environments/at.html", "environments/prod.html", "environments/prod2.html"),
        *("index.html", "measures.html"),
    ]


@pytest.mark.parametrize("name", [name for name in PAGES if name.endswith(".html")])
def test_links_lead_somewhere(name: str) -> None:
    folder = name.rpartition("/")[0]
    for tag, attributes in Reader(PAGES[name]).elements:
        target = attributes.get("href") or attributes.get("src")
        if target is None or target.startswith(("#", "https://")):
            continue
        path = f"{folder}/{unquote(target)}" if folder else unquote(target)
        assert re.sub(r"^[^/]+/\.\./", "", path) in PAGES, (tag, target)


def test_the_map_has_what_people_look_for() -> None:
    text = " ".join(Reader(PAGES["index.html"]).text.split())
    for expected in ("app", "1.1.0", "≠ text", "1.2.0 #7", "slow", "prod2"):
        assert expected in text


def test_an_artifact_has_its_whole_story() -> None:
    text = " ".join(Reader(PAGES["artifacts/app.html"]).text.split())
    for expected in (
        "rollback",
        "chart text: 1 → 2",
        "+a: 2",
        "And 3 more files",
        "app-v1.1.0",
        "Approved by",
    ):
        assert expected in text


def test_text_from_outside_is_text() -> None:
    pages = dict(render(document(board(artifact(text=HOSTILE), notice=HOSTILE))))
    for name, page in pages.items():
        if not name.endswith(".html"):
            continue
        read = Reader(page)
        scripts = [attributes for tag, attributes in read.elements if tag == "script"]
        assert [list(script) for script in scripts] == [["src", "defer"]], name
        assert not any(key.startswith("on") or key == "style" for _, found in read.elements for key in found)
        assert "49" not in read.text
    assert HOSTILE in Reader(pages["artifacts/app.html"]).text
    assert "<script>alert" not in pages["artifacts/app.html"]


def test_every_page_forbids_scripts_and_other_hosts() -> None:
    for name, page in PAGES.items():
        if name.endswith(".html"):
            (policy,) = (a["content"] for _, a in Reader(page).elements if a.get("http-equiv"))
            assert policy
            assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
            assert "unsafe" not in policy
            assert "http:" not in policy


@pytest.mark.parametrize(
    ("url", "leads"),
    [
        ("https://example.com/x", True),
        ("http://example.com", True),
        ("file:///tmp/x", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("", False),
        (None, False),
    ],
)
def test_where_a_link_may_lead(url: str | None, leads: bool) -> None:
    assert link(url) == (url if leads else "")


@pytest.mark.parametrize(
    ("image", "page"),
    [
        ("ghcr.io/o/r/eso", "https://ghcr.io/o/r/eso"),
        ("quay.io/o/eso", "https://quay.io/repository/o/eso"),
        ("docker.io/o/eso", "https://hub.docker.com/r/o/eso"),
        ("registry.example.com/o/eso", ""),
        ("ghcr.io", ""),
        (".registry/eso", ""),
    ],
)
def test_where_an_image_has_a_page(image: str, page: str) -> None:
    assert image_page(image) == page


def test_the_issue_and_the_image_are_linked() -> None:
    one = artifact()
    issued = replace(one.releases[0], issue="https://example.com/issues/3")
    pages = dict(render(document(board(replace(one, releases=[issued])))))
    for name in ("index.html", "artifacts/app.html"):
        assert '<a href="https://example.com/issues/3">' in pages[name]
    assert '<a href="https://ghcr.io/o/app">' in pages["artifacts/app.html"]


def test_notes_are_markdown_without_pictures_and_code() -> None:
    found = notes(
        "# A\n<img src=x onerror=alert(1)>\n![p](https://e.com/p.png) [l](javascript:x) [m](https://e.com)"
    )
    assert "<h1>A</h1>" in found
    assert "<img" not in found
    assert 'href="javascript' not in found
    assert '<a href="https://e.com">m</a>' in found


def test_what_one_can_filter_by() -> None:
    (one,) = document(board(artifact()))["artifacts"]
    assert states(one) == ["drift", "promotion", "waiting", "failing", "different"]
    one["environments"]["prod"]["cluster"] = None
    assert "failing" not in states(one)


def test_what_clusters_say_and_what_rules_allow() -> None:
    """Each page has it where it is known, and no column for it where nothing is."""
    failing, waits = "failing since 2027-01-14", "1.1.0: from 2027-01-16"
    for name in ("artifacts/app.html", "environments/prod.html"):
        text = " ".join(Reader(PAGES[name]).text.split())
        assert failing in text
        assert waits in text
    environment = " ".join(Reader(PAGES["environments/prod.html"]).text.split())
    assert "Phase prod: after at; runs for 2d" in environment
    assert "Frozen: prod until" in environment
    assert "Frozen:" not in PAGES["environments/at.html"]
    plain = artifact()
    places = {name: replace(place, health=None, next=None) for name, place in plain.places.items()}
    pages = dict(render(document(replace(board(replace(plain, places=places)), rules={}, freezes=()))))
    for name in ("artifacts/app.html", "environments/prod.html"):
        assert "Clusters" not in pages[name]
        assert "Next" not in pages[name]


def test_the_page_of_thirty_artifacts_is_light() -> None:
    pages = dict(render(large(30, 6)))
    assert sum(len(pages[name]) for name in ("index.html", "board.css", "board.js")) < 500_000
