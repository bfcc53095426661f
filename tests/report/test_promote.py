"""What became of a promotion's pull request."""

import json
from dataclasses import replace

import pytest

from flux.errors import ForgeError
from flux.promotion.gates.gate import GateVerdict
from flux.promotion.gates.reason import Behind
from flux.promotion.phase_order import Skipped
from flux.proposals.converge import Proposed, ProposedAction
from flux.report.promote import show_proposed
from tests.report.promotions import PROMOTION, PROPOSED, PULL
from tests.report.showing import Stage


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
    pull = stage.json(lambda report: show_proposed(report, PROPOSED)).document["pull_request"]
    assert (pull["number"], pull["url"]) == (7, "https://example.com/p/7")
    assert pull["changes"] == [
        {"environment": "at", "from": None, "to": "2.0.0", "direction": "new"},
        {"environment": "tt", "from": "1.0.0", "to": "2.0.0", "direction": "up"},
        {"environment": "prod", "from": "3.0.0", "to": "2.0.0", "direction": "down"},
    ]


def test_what_has_to_wait_and_what_is_skipped(stage: Stage) -> None:
    early = replace(PROPOSED, dropped={}, skipped=[Skipped("at", ("at",), ("prod",))])
    shown = stage.log(lambda report: show_proposed(report, early))
    assert shown.err.splitlines() == ["2.0.0 is not yet in `at`, which comes before `prod`."]
    verdict = GateVerdict((Behind("at", "2.0.0"),))
    ruled = replace(early, waits={"tt": verdict, "prod": verdict})
    shown = stage.log(lambda report: show_proposed(report, ruled))
    assert shown.err.splitlines() == ["tt, prod have to wait: at does not have 2.0.0 yet"]
    rest = replace(PROPOSED, dropped={}, later={"tt": verdict, "prod": verdict})
    shown = stage.log(lambda report: show_proposed(report, rest))
    assert shown.err.splitlines() == [
        "tt, prod: added to it once the rules allow it: at does not have 2.0.0 yet"
    ]


@pytest.mark.parametrize(
    ("action", "said"), [(ProposedAction.STOPPED, "stopped"), (ProposedAction.NONE, "nothing to propose")]
)
def test_no_pull_request(stage: Stage, action: ProposedAction, said: str) -> None:
    fault = ForgeError("it has a commit of somebody") if said == "stopped" else None
    proposed = Proposed(PROMOTION, action, {}, notices=("slow",), stopped=fault)
    shown = stage.log(lambda report: show_proposed(report, proposed))
    assert shown.lines == [f"app 2.0.0: {said}."]
    # What ends with exit code 1 has an error, for programs too.
    errors = json.loads(stage.json(lambda report: show_proposed(report, proposed)).out)["errors"]
    assert [error["message"] for error in errors] == ["it has a commit of somebody"] * (said == "stopped")


@pytest.mark.parametrize(
    ("action", "would"),
    [
        (ProposedAction.OPENED, "would open"),
        (ProposedAction.UPDATED, "would update"),
        (ProposedAction.CLOSED, "would close"),
        (ProposedAction.UNCHANGED, "unchanged"),
    ],
)
def test_a_dry_run_says_would(stage: Stage, action: ProposedAction, would: str) -> None:
    there = replace(PROPOSED, action=action)
    shown = stage.log(lambda report: show_proposed(report, there, dry_run=True))
    assert shown.lines[0] == f"app 2.0.0: {would} pull request 7, https://example.com/p/7"
    new = replace(there, pull_request=replace(PULL, number=0, url=""))
    shown = stage.log(lambda report: show_proposed(report, new, dry_run=True))
    assert shown.lines[0] == f"app 2.0.0: {would} a pull request"
