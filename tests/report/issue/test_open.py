"""What `inv issue` shows of an issue that was opened or found."""

from dataclasses import replace

from flux.proposals.new_issue import Opened, OpenedAction
from flux.report.issue.open import show_issue
from tests.report.promotions import ISSUE
from tests.report.showing import Stage


def test_an_issue(stage: Stage) -> None:
    opened = Opened("app-v2.0.0", ISSUE, OpenedAction.OPENED)
    shown = stage.log(lambda report: show_issue(report, opened))
    assert shown.lines == ["app-v2.0.0: opened issue 3, https://example.com/i/3"]
    job = stage.job(lambda report: show_issue(report, opened))
    assert job.outputs == {"issue": 3}
    assert job.rows == [["[\\#3](https://example.com/i/3)", "opened"]]
    assert stage.json(lambda report: show_issue(report, opened)).document == {
        "tag": "app-v2.0.0",
        "issue": {"number": 3, "url": "https://example.com/i/3", "action": "opened"},
    }


def test_a_tag_that_is_none_of_ours(stage: Stage) -> None:
    shown = stage.job(lambda report: show_issue(report, Opened("v1", None, notices=("not ours",))))
    assert (shown.lines, shown.outputs) == (["::warning::not ours"], {})


def test_an_issue_that_would_be_opened(stage: Stage) -> None:
    opened = Opened("app-v2.0.0", replace(ISSUE, number=0, url=""), OpenedAction.OPENED)
    assert stage.log(lambda report: show_issue(report, opened)).lines == ["app-v2.0.0: would open its issue"]
    assert stage.job(lambda report: show_issue(report, opened)).outputs == {}
    assert stage.json(lambda report: show_issue(report, opened)).document == {
        "tag": "app-v2.0.0",
        "issue": {"number": None, "url": None, "action": "opened"},
    }
