"""What speaks against a pull request."""

from flux.commands.request.check import Checked
from flux.promotion.faults import Unapproved
from flux.promotion.texts.faults import fault
from flux.report.request.check import show_checked
from tests.report.promotions import PULL
from tests.report.showing import Stage

UNAPPROVED = Unapproved(("prod",), ("bob",), PULL.head)
FAULT = fault(UNAPPROVED)


def test_what_speaks_against_it_is_an_error(stage: Stage) -> None:
    shown = stage.job(lambda report: show_checked(report, Checked(PULL, [UNAPPROVED])))
    (line,) = shown.lines
    assert line == (
        f"::error::pull request {PULL.number}: {FAULT}"
        f"%0Afix it, then run `inv request.check {PULL.number}` again"
    )
    assert shown.rows == [[FAULT]]


def test_nothing_speaks_against_it(stage: Stage) -> None:
    shown = stage.log(lambda report: show_checked(report, Checked(PULL)))
    assert shown.lines == [
        f"pull request {PULL.number} may be merged: those who asked may promote, "
        "and it has the approvals that it needs."
    ]
    shown = stage.log(lambda report: show_checked(report, Checked(PULL, is_promotion=False)))
    assert shown.lines == [f"pull request {PULL.number} is not a promotion: there is nothing to check."]


def test_json(stage: Stage) -> None:
    assert stage.json(lambda report: show_checked(report, Checked(PULL, [UNAPPROVED]))).document == {
        "pull_request": {"number": PULL.number, "url": PULL.url, "head": PULL.head},
        "promotion": True,
        "faults": [FAULT],
    }
