"""What became of promotion issues and pull requests."""

import pytest
from flux.promotion.comment import Standing
from flux.report.promotion import show_applied, show_issue, show_proposed, show_reconciled, show_sync

from flux.commands.issue.open import Opened
from flux.commands.issue.sync import Sync, Synced
from flux.commands.reconcile import Reconciled
from flux.errors import ForgeError
from flux.forge.forge import Issue, PullRequest, State
from flux.promotion.proposal import Change, Promotion
from flux.proposals.apply import Applied
from flux.proposals.converge import Proposed
from tests.report.showing import COMMIT, Stage

PROMOTION = Promotion("app", "2.0.0")
ISSUE = Issue(3, "Promote app", "", "alice", True, (), "https://example.com/i/3", 0.0)
PULL = PullRequest(7, "Promote app", "", "b", COMMIT, "main", State.OPEN, "alice", "https://example.com/p/7")
CHANGES = (
    Change("at", None, "2.0.0"),
    Change("tt", "1.0.0", "2.0.0"),
    Change("prod", "3.0.0", "2.0.0"),
)
PROPOSED = Proposed(PROMOTION, "opened", {}, PULL, CHANGES, {"x": "1.5.0", "y": None})


def test_an_issue(stage: Stage) -> None:
    opened = Opened("app-v2.0.0", ISSUE, "opened")
    shown = stage.log(lambda report: show_issue(report, opened))
    assert shown.lines == ["app-v2.0.0: opened issue 3, https://example.com/i/3"]
    job = stage.job(lambda report: show_issue(report, opened))
    assert job.outputs == {"issue": 3}
    assert job.rows == [["[\\#3](https://example.com/i/3)", "opened"]]
    assert stage.json(lambda report: show_issue(report, opened)).document == opened.document()


def test_a_tag_that_is_none_of_ours(stage: Stage) -> None:
    shown = stage.job(lambda report: show_issue(report, Opened("v1", None, notices=("not ours",))))
    assert (shown.lines, shown.outputs) == (["::warning::not ours"], {})


def test_a_pull_request(stage: Stage) -> None:
    shown = stage.log(lambda report: show_proposed(report, PROPOSED))
    assert shown.lines[0] == "app 2.0.0: opened pull request 7, https://example.com/p/7"
    assert [line.split() for line in shown.lines[3:]] == [
        ["at", "none", "2.0.0", "new"],
        ["tt", "1.0.0", "2.0.0", "up"],
        ["prod", "3.0.0", "2.0.0", "down"],
    ]
    assert shown.err.splitlines() == [
        "x is not proposed any more: main has 1.5.0 for it now",
        "y is not proposed any more: main has no version for it now",
    ]
    assert stage.json(lambda report: show_proposed(report, PROPOSED)).document == PROPOSED.document()


@pytest.mark.parametrize(("action", "said"), [("stopped", "stopped"), ("none", "nothing to propose")])
def test_no_pull_request(stage: Stage, action: str, said: str) -> None:
    shown = stage.log(lambda report: show_proposed(report, Proposed(PROMOTION, action, {})))
    assert shown.lines == [f"app 2.0.0: {said}."]


def test_an_edit(stage: Stage) -> None:
    nothing = stage.log(lambda report: show_applied(report, Applied(3)))
    assert nothing.lines == ["issue 3: nothing to apply."]
    applied = Applied(3, PROPOSED, undone=("`prod` by trudy, who may not",))
    shown = stage.job(lambda report: show_applied(report, applied))
    assert "::warning::undone: `prod` by trudy, who may not" in shown.lines
    assert "### Undone in [issue 3](https://github.com/octo/mono/issues/3)" in shown.summary


def test_all_promotions(stage: Stage) -> None:
    standings = (Standing("at", "2.0.0", True), Standing("tt", "2.0.0", False), Standing("prod", None, True))
    sync = Sync(
        [
            Synced(PROMOTION, ISSUE, PROPOSED, standings=standings),
            Synced(Promotion("db", "1.0.0"), None, None, error="GitHub broke off", hint="again"),
        ]
    )
    shown = stage.log(lambda report: show_sync(report, sync))
    assert shown.lines[2].startswith(
        "app 2.0.0   1 of 3     https://example.com/i/3   https://example.com/p/7"
    )
    assert shown.lines[3].split() == ["db", "1.0.0", "failed"]
    assert shown.err.splitlines() == ["error: db 1.0.0: GitHub broke off", "hint: again"]
    assert stage.json(lambda report: show_sync(report, sync)).document == sync.document()
    assert stage.log(lambda report: show_sync(report, Sync([]))).lines == ["No promotion is open."]


def test_what_was_due(stage: Stage) -> None:
    done = Reconciled(["app was built"], [("db", ForgeError("no answer", "again"))], [], {"app": "x@y"})
    shown = stage.job(lambda report: show_reconciled(report, done, None, dry_run=False))
    assert shown.lines == ["repaired: app was built", "::error::db: no answer%0Aagain"]
    assert shown.outputs == {"digests": {"app": "x@y"}}
    assert stage.job(lambda report: show_reconciled(report, done, None, dry_run=True)).outputs == {}
    nothing = stage.log(lambda report: show_reconciled(report, Reconciled(), None, dry_run=False))
    assert nothing.lines == ["Nothing was due."]
    assert stage.json(lambda report: show_reconciled(report, done, None, False)).document == done.document()
