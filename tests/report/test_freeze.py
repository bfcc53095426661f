"""What is told of freezes."""

from flux.forge.forge import PullRequest, PullState
from flux.promotion.gates.freeze import Freeze
from flux.proposals.propose_freezes import Frozen
from flux.report.freeze import show_frozen
from tests.report.showing import Stage

PULL = PullRequest(
    7, "Freeze prod: x", "", "freeze/change", "", "main", PullState.OPEN, "alice", "https://x/7"
)
FREEZE = Freeze("x", "alice", "prod", 60)


def test_what_to_merge(stage: Stage) -> None:
    shown = stage.log(lambda report: show_frozen(report, Frozen(PULL, (FREEZE,)), False))
    assert shown.lines == [
        "Freeze prod: x: merge pull request 7, https://x/7",
        "then frozen: prod until 1970-01-01 00:01 UTC, by alice: x",
    ]
    document = stage.json(lambda report: show_frozen(report, Frozen(PULL, (FREEZE,)), False)).document
    assert document["pull_request"]["number"] == 7
    assert document["freezes"] == [
        {"phase": "prod", "reason": "x", "by": "alice", "until": "1970-01-01T00:01:00Z"}
    ]


def test_what_would_be_done_and_what_was_done_before(stage: Stage) -> None:
    dry = stage.log(lambda report: show_frozen(report, Frozen(PULL, ()), True))
    assert dry.lines == ["Would open a pull request: Freeze prod: x"]
    same = stage.log(lambda report: show_frozen(report, Frozen(None, (Freeze("x", "bob"),)), False))
    gone = stage.log(lambda report: show_frozen(report, Frozen(PULL, (), withdrawn=True), False))
    assert gone.lines == ["Closed pull request 7: nothing of it is left."]
    assert same.lines == ["It is already frozen like this.", "then frozen: every phase, by bob: x"]
