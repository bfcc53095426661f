"""A page or a path."""

from flux.commands.open import OpenedKind, OpenedPlace
from flux.report.open import document, show_opened
from tests.report.showing import Stage

PAGE = OpenedPlace(OpenedKind.ISSUE, "3", "https://git.example.com/o/r/issues/3")
FILE = OpenedPlace(OpenedKind.RELEASE, "app-v1", "artifacts/app", ("`git show app-v1` shows its notes",))


def test_a_page(stage: Stage) -> None:
    assert stage.log(lambda report: show_opened(report, PAGE)).lines == [PAGE.place]
    assert document(PAGE) == {"kind": "issue", "name": "3", "url": PAGE.place, "path": None}


def test_a_path(stage: Stage) -> None:
    shown = stage.log(lambda report: show_opened(report, FILE))
    assert (shown.lines, shown.err) == (["artifacts/app"], "`git show app-v1` shows its notes\n")
    assert stage.json(lambda report: show_opened(report, FILE)).document["path"] == "artifacts/app"
