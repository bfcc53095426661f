"""The pages of the board: complete, and with nothing in them that somebody from outside could run."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest

from flux.artifact.difference import difference
from flux.report.board.document import document
from flux.report.board.pages import notes, render_site, states
from flux.settings.phases import Follow
from tests.report.board.boards import HOSTILE, artifact, board, large

PAGES = dict(render_site(document(board(artifact(), artifact("db")))))


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
        *("icon.svg", "index.html", "measures.html"),
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
        "And 3 more files.",
        "app-v1.1.0",
        "Approved by",
    ):
        assert expected in text


def test_text_from_outside_is_text() -> None:
    pages = dict(render_site(document(board(artifact(text=HOSTILE), notice=HOSTILE))))
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


def test_the_issue_and_the_image_are_linked() -> None:
    one = artifact()
    issued = replace(one.releases[0], issue="https://example.com/issues/3")
    pages = dict(render_site(document(board(replace(one, releases=[issued])))))
    for name in ("index.html", "artifacts/app.html"):
        assert '<a href="https://example.com/issues/3">' in pages[name]
        assert '<a href="https://ghcr.io/o/app">' in pages[name]
    bare = dict(render_site(document(board(replace(one, releases=[], image=".registry/app")))))
    assert ("<td>none</td>" in bare["index.html"], ">image<" in bare["index.html"]) == (True, False)


def test_an_artifact_that_is_no_more_is_in_the_history_of_its_environments() -> None:
    made = board(artifact())
    gone = [replace(each, entry=replace(each.entry, artifact="gone")) for each in artifact().changes]
    pages = dict(render_site(document(replace(made, former=gone))))
    assert "<td>gone</td>" in pages["environments/prod.html"]
    assert "gone" not in pages["index.html"] + pages["artifacts/app.html"]


def test_who_merged_is_not_known_of_all() -> None:
    one = artifact()
    assert one.changes[0].pull
    older = [replace(change, pull=replace(one.changes[0].pull, merger="")) for change in one.changes[1:]]
    for changes, expected in ((one.changes, False), ([one.changes[0], *older], True), (older, False)):
        page = dict(render_site(document(board(replace(one, changes=changes)))))["artifacts/app.html"]
        assert ("newest pull requests only" in page) is expected


def test_notes_are_markdown_without_pictures_and_code() -> None:
    found = notes(
        "# A\n<img src=x onerror=alert(1)>\n![p](https://e.com/p.png) [l](javascript:x) [m](https://e.com)"
    )
    assert "<h1>A</h1>" in found
    assert "<img" not in found
    assert 'href="javascript' not in found
    assert '<a href="https://e.com">m</a>' in found


def test_what_one_can_filter_by() -> None:
    """A state of an environment belongs to its phase, one of the artifact to each."""
    made = document(board(artifact()))
    (one,) = made["artifacts"]
    found = states(made["phases"], one)
    every = ["drift", "promotion", "waiting", "failing", "behind", "different"]
    assert found[: len(every)] == [f"{state}:" for state in every]
    assert found[len(every) :] == [
        *("promotion:at", "waiting:at"),
        *("drift:prod", "promotion:prod", "waiting:prod", "failing:prod", "behind:prod"),
    ]
    one["environments"]["prod"] |= {"cluster": None, "drifts": False, "unknown": True}
    assert {"unknown:", "unknown:prod"} == {*states(made["phases"], one)} - {*found}
    assert not {"failing:", "drift:prod"} & {*states(made["phases"], one)}


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
    pages = dict(render_site(document(replace(board(replace(plain, places=places)), rules={}, freezes=()))))
    for name in ("artifacts/app.html", "environments/prod.html"):
        assert "Clusters" not in pages[name]
        assert "Next</th>" not in pages[name]
        assert "By the rules" not in pages[name]


def test_the_page_of_thirty_artifacts_is_light() -> None:
    pages = dict(render_site(large(30, 6)))
    assert sum(len(pages[name]) for name in ("index.html", "board.css", "board.js")) < 500_000


def text_of(page: str) -> str:
    return " ".join(Reader(page).text.split())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"drifts": True, "has": "1.0.9"}, "≠ 1.0.9"),
        ({"drifts": True, "has": None}, "≠ nothing"),
        ({"drifts": True, "has": "1.0.0"}, "≠ not the release's content"),
        ({"unknown": True, "has": None}, "? not known"),
        ({"version": None, "has": "1.0.9"}, "has 1.0.9, unmanaged"),
        ({"has": "1.0.0"}, ""),
    ],
)
def test_what_the_registry_has(change: dict[str, object], said: str) -> None:
    made = document(board(artifact()))
    made["artifacts"][0]["environments"]["prod"] |= {"drifts": False, **change}
    pages = dict(render_site(made))
    for name in ("index.html", "artifacts/app.html", "environments/prod.html"):
        told = text_of(pages[name]).split("≠ The registry has")[0]
        assert said in told
        assert any(sign in told for sign in "≠?") == any(sign in said for sign in "≠?")
    assert ("as desired" in pages["artifacts/app.html"].split('<th scope="row">')[2]) == (not said)


def test_what_is_left_out_is_counted() -> None:
    """In the picture of a page too much is not helpful; that there is more has to be said."""
    one = artifact()
    changes = [*one.changes] * 110
    long = "".join(f"{at}: 1\n" for at in range(500)).encode()
    files = tuple(difference({}, {"x.yaml": long, "y.yaml": b"z" * 5000}))
    comparisons = [replace(one.comparisons[0], files=files, more_files=1)]
    releases = [replace(one.releases[0], notes="n" * 20_010)]
    one = replace(one, changes=changes, comparisons=comparisons, releases=releases, more_releases=7)
    pages = dict(render_site(document(board(one))))
    page = text_of(pages["artifacts/app.html"])
    for said in (
        "30 more changes are in board.json",
        "And 7 older releases.",
        "And 1 more file.",
        "more lines.",
    ):
        assert said in page
    assert "10 more characters are in board.json" in page
    assert "z" * 1001 not in pages["board.json"]
    assert "120 more changes are in board.json" in text_of(pages["environments/prod.html"])


def test_an_environment_that_is_no_more_has_no_page() -> None:
    one = artifact()
    gone = replace(one.changes[0], entry=replace(one.changes[0].entry, environment="gone"))
    page = dict(render_site(document(board(replace(one, changes=[gone])))))["artifacts/app.html"]
    assert "<td>gone</td>" in page
    assert "environments/gone.html" not in page


def test_what_is_next_without_rules() -> None:
    """What is not at its newest release, and what is proposed."""
    plain = artifact()
    places = {name: replace(place, health=None, next=None) for name, place in plain.places.items()}
    other = replace(plain, name="db", places=places, promotions=[])
    pages = dict(render_site(document(replace(board(other), rules={}, freezes=()))))
    assert "db1.0.01.1.0" in text_of(pages["environments/prod.html"].split("<h2>What is next")[1])
    assert "Nothing: each artifact" in text_of(pages["environments/at.html"])


def test_a_pull_request_is_next_where_it_changes_something() -> None:
    new = artifact()
    places = {name: replace(place, health=None, next=None) for name, place in new.places.items()}
    for requests, shown in (({"at": [7]}, True), ({"prod": [7]}, False), ({"at": [8]}, False)):
        one = replace(new, places=places, requests=requests)
        pages = dict(render_site(document(replace(board(one), rules={}, freezes=()))))
        coming = text_of(pages["environments/at.html"].split("<h2>What is next")[1])
        assert ("1.2.0 #7" in coming) == shown
        assert "1.2.0 #7" in text_of(pages["index.html"])


def test_who_approved_and_merged() -> None:
    pages = dict(render_site(document(board(artifact(text="carol")))))
    for name in ("artifacts/app.html", "environments/prod.html"):
        for column in ("Approved by", "Merged by", "Pull request", "Commit"):
            assert f">{column}</th>" in pages[name]
    bare = artifact()
    bare = replace(bare, changes=[replace(each, pull=None, approved=()) for each in bare.changes])
    page = dict(render_site(document(board(bare))))["artifacts/app.html"]
    assert not any(f">{column}</th>" in page for column in ("Approved by", "Merged by", "Pull request"))


def test_the_page_that_one_is_on_is_marked() -> None:
    assert '<a href="index.html" aria-current="page">' in PAGES["index.html"]
    assert '<a href="measures.html" aria-current="page">' in PAGES["measures.html"]
    assert "aria-current" not in PAGES["artifacts/app.html"]


def test_what_is_behind_the_newest_release_is_marked() -> None:
    made = document(board(artifact()))
    assert [made["artifacts"][0]["environments"][name]["version"] for name in ("at", "prod")] == [
        "1.1.0",
        "1.0.0",
    ]
    cells = [
        a.get("class") for tag, a in Reader(dict(render_site(made))["index.html"]).elements if tag == "td"
    ]
    assert cells == [None, None, None, "bad behind", None, None]


def test_environments_that_follow_are_named() -> None:
    """Nobody is to look for them in vain."""
    following = {"edge": Follow.TIP, "steady": Follow.STABLE}
    text = text_of(dict(render_site(document(replace(board(artifact()), following=following))))["index.html"])
    assert "edge is not here: nobody promotes to it. It follows the tip of main." in text
    assert "steady is not here: nobody promotes to it. It follows the newest stable release." in text
