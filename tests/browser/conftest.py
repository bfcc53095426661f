"""A real browser, the one of the system, and the pages of boards in it."""

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from flux.report.board.document import document
from flux.report.board.writing import write
from tests import parts
from tests.conftest import need
from tests.report.board.boards import artifact, board

LAUNCH = ("--no-sandbox", "--disable-gpu")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, driven by Playwright, which only the session of these tests installs."""
    program = need(parts.chromium)
    playwright = need(lambda: import_part("playwright.sync_api"))
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=program, args=list(LAUNCH))
        yield running
        running.close()


def import_part(name: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise parts.MissingError(f"{error.name} is missing: nox -s browser") from error


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A board of two artifacts with all that can be there."""
    folder = tmp_path_factory.mktemp("site") / "board"
    write(document(board(artifact(), artifact("db"))), folder)
    return folder


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Any]]:
    """`visit(path, width=390, scheme="dark")`: the page of a file; what its console says fails the test."""
    said: list[str] = []
    contexts = []

    def open_page(
        path: Path | str,
        width: int = 800,
        scheme: str = "light",
        javascript: bool = True,
        own: str = "file://",
    ) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=javascript
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: said.append(f"error: {error}"))
        page.on("request", lambda request: None if request.url.startswith(own) else said.append(request.url))
        page.goto(path if isinstance(path, str) else path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []
