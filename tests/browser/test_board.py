"""The board in a real browser: no error, nothing from elsewhere, for keyboards and for every reader."""

import os
import time
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from flux.report.board.writing import write
from tests import parts
from tests.conftest import need
from tests.report.board.boards import large

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]
PAGES = ("index.html", "measures.html", "artifacts/app.html", "environments/prod.html")
A4 = 1046
"""The width of a page on its side, in pixels, without the margins."""
SHOTS = os.environ.get("FLUX_TESTS_SHOTS", "")
"""A folder to look at the pictures in."""


@pytest.mark.parametrize(("name", "width", "scheme"), [*product(PAGES, (390, 800, 1600), ("light", "dark"))])
def test_every_page_is_for_everybody(
    name: str, width: int, scheme: str, site: Path, visit: Visit, tmp_path: Path
) -> None:
    """Axe finds nothing, and the page is not wider than the screen."""
    page = visit(site / name, width, scheme)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    shot = Path(SHOTS or tmp_path) / f"{name.replace('/', '-').removesuffix('.html')}-{width}-{scheme}.png"
    page.screenshot(path=str(shot), full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # The page's policy allows no script of anybody's, so the debugger runs this one.
    page.evaluate(need(parts.axe).read_text(encoding="utf-8"))
    rules = {"preload": False, "runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"]}
    found = page.evaluate("(rules) => axe.run(rules)", rules)
    told = [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found["violations"]]
    assert told == []


def shown(page: Any) -> list[str]:
    names = page.eval_on_selector_all(
        "#map tbody tr", "(rows) => rows.filter((row) => !row.hidden).map((row) => row.dataset.name)"
    )
    return [str(name) for name in names]


def test_filters_by_mouse(site: Path, visit: Visit) -> None:
    page = visit(site / "index.html")
    page.fill("#filter-name", "D")
    assert shown(page) == ["db"]
    assert page.inner_text("#filter-count") == "1 of 2 artifacts"
    page.fill("#filter-name", "")
    for state in ("failing", "drift"):
        page.select_option("#filter-state", state)
        assert shown(page) == ["app", "db"]
    page.fill("#filter-name", "nothing")
    assert shown(page) == []
    page.fill("#filter-name", "")
    page.select_option("#filter-phase", "prod")
    assert page.is_hidden("#map thead a[href='environments/at.html']")
    assert page.is_visible("#map thead a[href='environments/prod.html']")
    for column, is_shown in ((3, True), (4, False), (5, True), (6, True), (7, True)):
        assert page.is_visible(f"#map tbody tr:first-child > :nth-child({column})") == is_shown
    for phase, found in (("prod", ["app", "db"]), ("at", []), ("", ["app", "db"])):
        page.select_option("#filter-phase", phase)
        page.select_option("#filter-state", "drift")
        assert shown(page) == found
        assert page.inner_text("#filter-state option[value=drift]") == f"drifts ({len(found)})"


def test_filters_by_keyboard(site: Path, visit: Visit) -> None:
    page = visit(site / "index.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    while page.evaluate("document.activeElement.id") != "filter-name":
        page.keyboard.press("Tab")
    page.keyboard.type("app")
    assert shown(page) == ["app"]
    page.keyboard.press("Enter")
    assert shown(page) == ["app"]
    page.keyboard.press("Tab")
    page.keyboard.type("prod")
    assert page.is_hidden("#map thead a[href='environments/at.html']")


def test_without_scripts_nothing_is_there_that_does_nothing(site: Path, visit: Visit) -> None:
    page = visit(site / "index.html", javascript=False)
    assert page.is_hidden("#filters")
    assert page.is_visible("#map tbody tr:nth-child(2)")
    assert visit(site / "index.html").is_visible("#filters")


def test_long_names_leave_room_on_a_phone(visit: Visit, tmp_path: Path) -> None:
    """The names stay at the left and the environments at the top, whatever is scrolled."""
    found = large(100, 12)
    for each in found["artifacts"]:
        each["artifact"] = f"{each['artifact']}-{'long' * 28}"
    write(found, tmp_path / "board")
    page = visit(tmp_path / "board" / "index.html", 390)
    page.evaluate("document.querySelector('.tall').scrollTo(900, 3000)")
    name = page.locator("#map tbody th").nth(30).bounding_box()
    environment = page.locator("#map thead th[data-phase=prod]").first.bounding_box()
    frame = page.locator(".tall").bounding_box()
    assert 0 <= name["x"] < 30
    assert name["width"] < 200
    assert frame["y"] <= environment["y"] < frame["y"] + 5
    link = page.locator("#map tbody th a").nth(20)
    link.evaluate("(link) => { link.closest('.tall').scrollTop = link.closest('tr').offsetTop - 20; }")
    link.focus()
    head = page.locator("#map thead").bounding_box()
    assert link.bounding_box()["y"] >= head["y"] + head["height"]


def test_what_a_cluster_says_is_not_cut(visit: Visit, tmp_path: Path) -> None:
    found = large(2, 12)
    for each in found["artifacts"]:
        for place in each["environments"].values():
            place["cluster"] = {**place["cluster"], "message": f"{'said ' * 60}{'long' * 60}"}
    write(found, tmp_path / "board")
    page = visit(tmp_path / "board" / "environments" / "environment00.html", 800)
    box = page.locator("td .reason").first.bounding_box()
    assert 0 < box["x"] < box["x"] + box["width"] <= 800
    assert box["height"] > 60


def test_paper_has_every_column(visit: Visit, tmp_path: Path) -> None:
    write(large(30, 12), tmp_path / "board")
    for name in ("index.html", "artifacts/app0000.html"):
        page = visit(tmp_path / "board" / name, A4)
        page.emulate_media(media="print")
        tables = page.evaluate("Array.from(document.querySelectorAll('table'), (t) => t.offsetWidth)")
        assert 0 < max(tables) <= A4
        assert page.evaluate("document.documentElement.scrollWidth") == A4
        frame = page.locator(".scroll").first
        assert frame.evaluate("(each) => each.scrollHeight - each.clientHeight") == 0
    assert not page.is_visible("nav")


@pytest.mark.parametrize("name", ["index.html", "artifacts/{}.html", "environments/environment00.html"])
def test_long_words_do_not_widen_a_page(name: str, visit: Visit, tmp_path: Path) -> None:
    found = large(2, 12)
    found["notices"] = ["long" * 500]
    for each in found["artifacts"]:
        each["artifact"] = f"{each['artifact']}-{'long' * 28}"
        each["releases"][0]["issue"] = f"https://example.com/{'long' * 100}"
    write(found, tmp_path / "board")
    page = visit(tmp_path / "board" / name.format(found["artifacts"][0]["artifact"]), 390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_page_of_a_web_server_asks_for_nothing_that_is_missing(site: Path, visit: Visit) -> None:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *told: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/"
        page = visit(f"{address}index.html", own=address)
        page.click("#map tbody a >> nth=0")
        assert page.get_attribute("link[rel=icon]", "href") == "../icon.svg"
        icon = page.request.get(f"{address}icon.svg")
        assert (icon.status, icon.headers["content-type"]) == (200, "image/svg+xml")
        server.shutdown()


def test_links_lead_to_the_pages(site: Path, visit: Visit) -> None:
    page = visit(site / "index.html")
    page.click("text=app")
    assert page.inner_text("h1") == "app"
    page.click("text=prod >> nth=0")
    assert page.inner_text("h1") == "prod"
    page.click("nav >> text=Map")
    assert page.inner_text("h1") == "Artifacts by environment"


def test_a_large_board(visit: Visit, tmp_path: Path) -> None:
    """A thousand artifacts in twelve environments; the time is printed, and a hang is found."""
    write(large(1000, 12), tmp_path / "board")
    begun = time.monotonic()
    page = visit(tmp_path / "board" / "index.html", 1600)
    timing = page.evaluate("performance.getEntriesByType('navigation')[0].toJSON()")
    print(f"loaded in {timing['loadEventEnd']:.0f} ms, {time.monotonic() - begun:.1f} s with the browser")
    page.fill("#filter-name", "app0999")
    assert shown(page) == ["app0999"]
