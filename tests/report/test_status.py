"""Artifacts by environments: what they should have, what they have instead, and what is open."""

import json
from dataclasses import replace

import pytest

from flux.environments.status import Row, Status
from flux.errors import RegistryError
from flux.forge.forge import PullRequest, PullState
from flux.promotion.gates.freeze import Freeze
from flux.promotion.plan import Action, Step
from flux.promotion.proposal import Promotion
from flux.report.status import document, show_status
from tests.report.showing import COMMIT, DIGEST, OTHER, Stage

SAME = Step("app", "at", "1.0.0", DIGEST, DIGEST, Action.UNCHANGED)
DRIFTED = Step("app", "prod", "1.0.0", OTHER, DIGEST, Action.MOVE)
PULL = PullRequest(
    7, "Promote app", "", "b", COMMIT, "main", PullState.OPEN, "alice", "https://example.com/7"
)


def status(*steps: Step, has: dict[str, str] | None = None, commits_since: int | None = 3) -> Status:
    row = Row("app", "1.0.0", commits_since, {step.environment: step for step in steps}, has or {})
    return Status(["at", "tt", "prod"], [row], [(Promotion("app", "2.0.0"), PULL)], ["slow"])


def test_a_log(stage: Stage) -> None:
    shown = stage.log(lambda report: show_status(report, status(SAME, DRIFTED, has={"prod": "0.9.0"})))
    assert shown.lines[0].split() == ["Artifact", "Release", "Commits", "since", "at", "prod"]
    assert shown.lines[2].split() == ["app", "1.0.0", "3", "1.0.0", "1.0.0", "≠", "0.9.0"]
    assert shown.lines[3:] == [
        "Nothing is in tt.",
        "open: Promote app https://example.com/7",
        "1 of 2 environment tags drifts.",
    ]
    assert shown.err == "slow\n"


@pytest.mark.parametrize(
    ("step", "cell"),
    [
        (SAME, "1.0.0"),
        (DRIFTED, "1.0.0 ≠ " + OTHER[:19]),
        (Step("app", "at", "1.0.0", None, DIGEST, Action.MOVE), "1.0.0 ≠ nothing"),
        (Step("app", "at", "1.0.0", None, None, Action.FAILED, RegistryError("no answer")), "1.0.0 ?"),
    ],
)
def test_a_cell(stage: Stage, step: Step, cell: str) -> None:
    rows = stage.job(lambda report: show_status(report, status(step))).rows
    assert cell in rows[0]


@pytest.mark.parametrize(("count", "said"), [(None, "?"), (0, ""), (3, "3")])
def test_commits_since_the_release(stage: Stage, count: int | None, said: str) -> None:
    rows = stage.job(lambda report: show_status(report, status(SAME, commits_since=count))).rows
    assert rows[0][2] == said


def test_nothing_drifts(stage: Stage) -> None:
    assert stage.log(lambda report: show_status(report, status(SAME))).lines[-1] == "No drift."
    astray = replace(status(SAME), strayed=["app:edge is not what main has"])
    assert "No drift." not in stage.log(lambda report: show_status(report, astray)).lines


def test_freezes(stage: Stage) -> None:
    frozen = replace(status(SAME), freezes=[Freeze("holidays", "ann", "prod", 0.0)])
    said = "frozen: prod until 1970-01-01 00:00 UTC, by ann: holidays"
    assert said in stage.log(lambda report: show_status(report, frozen)).lines
    (freeze,) = stage.json(lambda report: show_status(report, frozen)).document["freezes"]
    assert (freeze["phase"], freeze["reason"], freeze["by"]) == ("prod", "holidays", "ann")


def test_what_nobody_desired_is_counted(stage: Stage) -> None:
    left = Step("app", "tt", None, DIGEST, None, Action.LEFT)
    lines = stage.log(lambda report: show_status(report, status(SAME, left))).lines
    assert lines[-1] == "1 of 2 environment tags is unmanaged: no version is desired."


def test_a_job_links_to_the_pull_requests(stage: Stage) -> None:
    rows = stage.job(lambda report: show_status(report, status(SAME))).rows
    assert ["app", "2.0.0", "[Promote app \\#7](https://example.com/7)"] in rows


def test_json(stage: Stage) -> None:
    found = status(SAME, DRIFTED)
    assert stage.json(lambda report: show_status(report, found)).document == document(found)


def test_json_has_what_failed_among_its_errors(stage: Stage) -> None:
    failed = Step("app", "at", "1.0.0", None, None, Action.FAILED, RegistryError("no answer", "again"))
    shown = stage.json(lambda report: show_status(report, status(failed)))
    assert [(error["about"], error["message"]) for error in json.loads(shown.out)["errors"]] == [
        (["app:at"], "no answer")
    ]


def test_one_artifact_has_a_row_for_each_environment(stage: Stage) -> None:
    found = status(SAME, DRIFTED, has={"prod": "0.9.0"})
    (row,) = found.rows
    found = replace(found, rows=[replace(row, since={"at": 1_800_000_000}, requests={"prod": [7, 8]})])
    shown = stage.log(lambda report: show_status(report, found, detailed=True))
    assert shown.lines[0] == "app: release 1.0.0, 3 commits since"
    assert [line.split() for line in shown.lines[1:5]] == [
        ["Environment", "Version", "Since", "Digest", "Request"],
        ["─" * len(shown.lines[2])],
        ["at", "1.0.0", "2027-01-15", "08:00", DIGEST[:19]],
        ["prod", "1.0.0", "≠", "0.9.0", OTHER[:19], "#7", "#8"],
    ]
    assert max(map(len, shown.lines)) <= 80
    assert document(found)["artifacts"][0]["since"] == {"at": "2027-01-15T08:00:00Z"}
    two = replace(found, rows=[replace(row, commits_since=1), replace(row, artifact="db", release=None)])
    lines = stage.log(lambda report: show_status(report, two, detailed=True)).lines
    assert [line for line in lines if ": " in line][:2] == [
        *("app: release 1.0.0, 1 commit since", "db: no release")
    ]
