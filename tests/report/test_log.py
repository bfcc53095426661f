"""How a log of changes is shown."""

import re
from dataclasses import replace

import pytest

from flux.environments.log import Log, Logged
from flux.forge.forge import PullRequest, PullState
from flux.promotion.timeline import Direction, LogEntry
from flux.report.log import day, document, show_log, time_span
from tests.report.showing import COMMIT, Stage

ENTRY = LogEntry("app", "prod", "1.0.0", "1.1.0", Direction.UP, COMMIT, 1_767_225_600, ("alice", "bob"))
FIRST = LogEntry("app", "at", None, "1.0.0", Direction.FIRST, COMMIT, 1_767_225_000)
PULL = PullRequest(
    *(7, "Promote app", "", "b", COMMIT, "main", PullState.MERGED, "alice", "https://example.com/7"),
    merged=1_767_229_200.0,
    merger="carol",
)
LOG = Log([Logged(ENTRY, 1_767_142_800.0, PULL, ("carol",)), Logged(FIRST)], ["slow"])


def columns(line: str) -> list[str]:
    return re.split(" {3,}", line)


def test_a_log(stage: Stage) -> None:
    shown = stage.log(lambda report: show_log(report, LOG))
    header, _, first, second = shown.lines
    assert columns(header) == [
        *("Merged", "Artifact", "Environment", "From", "To", "Direction"),
        *("Asked by", "Approved by", "Merged by", "Pull request", "After release", "Commit"),
    ]
    assert columns(first) == [
        *("2026-01-01 01:00", "app", "prod", "1.0.0", "1.1.0", "up"),
        *("alice, bob", "carol", "carol", "#7", "1d", COMMIT[:12]),
    ]
    assert columns(second) == ["2025-12-31 23:50", "app", "at", "none", "1.0.0", "first", COMMIT[:12]]
    assert shown.err == "slow\n"


@pytest.mark.parametrize(
    ("direction", "rule"),
    [(Direction.UP, "auto"), (Direction.FIRST, "auto"), (Direction.ROLLBACK, "on_failure")],
)
def test_a_rule_is_named(direction: Direction, rule: str, stage: Stage) -> None:
    log = Log([Logged(replace(ENTRY, direction=direction, asked=("octo[bot]",), by_rule=True))])
    assert f"octo[bot] (rule {rule})" in stage.log(lambda report: show_log(report, log)).lines[2]
    (change,) = document(log)["changes"]
    assert (change["asked"], change["rule"]) == (["octo[bot]"], rule)


def test_a_log_shows_only_what_is_known(stage: Stage) -> None:
    shown = stage.log(lambda report: show_log(report, Log([Logged(FIRST)])))
    assert columns(shown.lines[0])[5:] == ["Direction", "Commit"]
    assert stage.log(lambda report: show_log(report, Log([]))).lines == ["No changes."]


def test_a_log_says_what_was_not_asked(stage: Stage) -> None:
    shown = stage.log(lambda report: show_log(report, Log([Logged(FIRST)], unasked=3)))
    assert "who approved and merged 3 older pull requests was not asked" in shown.err


def test_a_document() -> None:
    first, second = document(LOG)["changes"]
    assert first["merged"] == 1_767_229_200.0
    assert first["rule"] is None
    assert (first["approved"], first["merged_by"]) == (["carol"], "carol")
    assert first["pull_request"] == {"number": 7, "url": "https://example.com/7"}
    assert first["after_release"] == 86_400.0
    assert (second["from"], second["pull_request"], second["merged_by"]) == (None, None, None)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, ""),
        (-5, ""),
        (0, "0s"),
        (59, "59s"),
        (60, "1min"),
        (3599, "59min"),
        (86_399, "23h"),
        (172_800, "2d"),
    ],
)
def test_a_duration(seconds: float | None, said: str) -> None:
    assert time_span(seconds) == said


def test_a_time_that_no_calendar_has() -> None:
    assert day(10.0**18) == "?"
