"""What became of the boxes of an issue."""

import json

from flux.errors import IssueError
from flux.promotion.refusal import NeedsPermission
from flux.promotion.undoing import BoxUndone
from flux.proposals.applied import Applied
from flux.report.issue.apply import show_applied
from tests.report.promotions import PROPOSED
from tests.report.showing import Stage

UNDONE = BoxUndone("prod", "trudy", NeedsPermission("write"))


def test_an_edit(stage: Stage) -> None:
    nothing = stage.log(lambda report: show_applied(report, Applied(3)))
    assert nothing.lines == ["issue 3: nothing to apply."]
    applied = Applied(3, PROPOSED, undone=(UNDONE,))
    shown = stage.job(lambda report: show_applied(report, applied))
    assert "::warning::undone: prod: trudy may not: that needs the permission `write`" in shown.lines
    assert "### Undone in [issue 3](https://github.com/octo/mono/issues/3)" in shown.summary


def test_what_is_refused_is_an_error(stage: Stage) -> None:
    applied = Applied(3, notices=("slow",), refused=IssueError("issue 3 is not a promotion issue"))
    shown = stage.json(lambda report: show_applied(report, applied))
    document = json.loads(shown.out)
    assert [error["message"] for error in document["errors"]] == ["issue 3 is not a promotion issue"]
    assert document["notices"] == ["slow"]


def test_a_dry_run_undoes_nothing(stage: Stage) -> None:
    applied = Applied(3, PROPOSED, undone=(UNDONE,))
    shown = stage.log(lambda report: show_applied(report, applied, dry_run=True))
    assert "would be undone: prod: trudy may not: that needs the permission `write`" in shown.err
    assert "app 2.0.0: would open pull request 7" in shown.out
