"""The output of `inv open`: a page in the browser, or the path of a folder or file."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from flux.report.text import place

if TYPE_CHECKING:
    from flux.commands.open import OpenedPlace
    from flux.report.report import Report


def show_opened(report: Report, opened: OpenedPlace) -> None:
    report.notices(opened.notices)
    where = place(opened.place)
    if report.document(document(opened)):
        return
    report.print(where, whole=True)
    if opened.has_page and report.is_interactive and _has_browser():
        import webbrowser

        webbrowser.open(where)


def document(opened: OpenedPlace) -> dict[str, Any]:
    where = place(opened.place)
    return {
        "kind": str(opened.kind),
        "name": opened.name,
        "url": where if opened.has_page else None,
        "path": None if opened.has_page else where,
    }


def _has_browser() -> bool:
    """Without a display, a browser would run in the terminal, so it is used only if the user named it."""
    named = any(os.environ.get(name) for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"))
    return named or sys.platform == "darwin"
