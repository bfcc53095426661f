"""Findings as lines, as annotations of a job, and counted."""

import pytest

from flux.artifact.finding import Finding, Level
from flux.commands.check import Check
from flux.errors import ContentError
from flux.report.check import document, show_check
from tests.report.showing import Stage

CHECK = Check(
    ["app", "db"],
    [
        Finding(Level.ERROR, "app/x,y:z.yaml", "not YAML: 100%", 3),
        Finding(Level.WARNING, "db/s.yaml", "a Secret"),
    ],
    ["nothing was rendered"],
)


def test_a_log(stage: Stage) -> None:
    shown = stage.log(lambda report: show_check(report, CHECK))
    assert shown.lines == [
        "error app/x,y:z.yaml:3: not YAML: 100%",
        "warning db/s.yaml: a Secret",
        "2 artifacts checked: 1 error, 1 warning.",
    ]
    assert shown.err == "nothing was rendered\n"


def test_a_job_has_annotations(stage: Stage) -> None:
    shown = stage.job(lambda report: show_check(report, CHECK))
    assert shown.lines == [
        "::warning::nothing was rendered",
        "::error file=app/x%2Cy%3Az.yaml,line=3::not YAML: 100%25",
        "::warning file=db/s.yaml::a Secret",
        "2 artifacts checked: 1 error, 1 warning.",
    ]
    assert "### 2 artifacts checked: 1 error, 1 warning." in shown.summary
    assert ["warning", "db/s.yaml", "", "a Secret"] in shown.rows


def test_findings_with_one_hint_show_it_once(stage: Stage) -> None:
    link = ContentError("is a link", "remove it")
    found = [Finding.of("a", link), Finding.of("b", link), Finding(Level.ERROR, "c", "not YAML")]
    shown = stage.log(lambda report: show_check(report, Check(["app"], found)))
    assert shown.lines[:-1] == [
        "error a: is a link",
        "error b: is a link",
        "hint: remove it",
        "error c: not YAML",
    ]
    shown = stage.job(lambda report: show_check(report, Check(["app"], found)))
    assert shown.lines[:3] == [
        "::error file=a::is a link%0Aremove it",
        "::error file=b::is a link%0Aremove it",
        "::error file=c::not YAML",
    ]


def test_what_has_no_annotation_has_its_place_all_the_same(stage: Stage) -> None:
    found = [Finding(Level.ERROR, f"app/{number}.yaml", "not YAML", 3) for number in range(12)]
    shown = stage.job(lambda report: show_check(report, Check(["app"], found)))
    assert shown.lines[10:12] == ["error: app/10.yaml:3: not YAML", "error: app/11.yaml:3: not YAML"]
    assert "- error: app/11.yaml:3: not YAML" in shown.summary


@pytest.mark.parametrize("check", [CHECK, Check([], [])])
def test_json(stage: Stage, check: Check) -> None:
    assert stage.json(lambda report: show_check(report, check)).document == document(check)
