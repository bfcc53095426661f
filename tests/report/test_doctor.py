"""Each thing as it is looked at, with its fix; and whether anything is wrong."""

from collections.abc import Iterator

from flux.diagnosis.check_line import Line, Rating
from flux.report.doctor import show_doctor
from flux.report.report import Report
from tests.report.showing import Stage

LINES = [
    Line("git", Rating.OK, "2.39.5"),
    Line("branch", Rating.WARNING, "main is not protected", "protect it"),
    Line("registry", Rating.PROBLEM, "does not answer", "start it"),
]


def test_a_log(stage: Stage) -> None:
    shown = stage.log(lambda report: show_doctor(report, LINES))
    assert shown.lines == [
        "ok      git: 2.39.5",
        "warning branch: main is not protected",
        "        fix: protect it",
        "problem registry: does not answer",
        "        fix: start it",
    ]


def test_a_line_is_shown_before_the_next_is_looked_for(stage: Stage) -> None:
    def lines(report: Report) -> Iterator[Line]:
        yield LINES[0]
        report.print("looking for the next")
        yield LINES[1]

    shown = stage.log(lambda report: show_doctor(report, lines(report)))
    assert shown.lines[:2] == ["ok      git: 2.39.5", "looking for the next"]


def test_a_job_has_annotations(stage: Stage) -> None:
    shown = stage.job(lambda report: show_doctor(report, LINES))
    assert shown.lines == [
        "ok      git: 2.39.5",
        "::warning::branch: main is not protected%0Aprotect it",
        "::error::registry: does not answer%0Astart it",
    ]
    assert ["problem", "registry", "does not answer", "start it"] in shown.rows


def test_json_and_what_failed(stage: Stage) -> None:
    failed = []
    shown = stage.json(lambda report: failed.append(show_doctor(report, LINES).failed))
    assert [check["subject"] for check in shown.document["checks"]] == ["git", "branch", "registry"]
    assert failed == [True]
    stage.log(lambda report: failed.append(show_doctor(report, LINES[:2]).failed))
    assert failed == [True, False]
