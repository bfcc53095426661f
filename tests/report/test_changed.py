"""Which artifacts changed, why, and how: for people, for a job and for `strategy.matrix`."""

import json

import pytest

from flux.artifact.difference import ChangeKind, FileDifference
from flux.monorepo.changed import Changed
from flux.report.changed import document, matrix, show_changed
from tests.report.showing import COMMIT, Stage

PATHS = [f"artifacts/app/{n}.yaml" for n in range(7)]
CHANGED = Changed(
    "b" * 40, COMMIT, {"app": PATHS}, ["gone"], {"app": ["artifacts/app/new.yaml"], "db": []}, ["cut"]
)
NOTHING = Changed("b" * 40, COMMIT, {}, [], {}, [])
FILE = FileDifference("x.yaml", ChangeKind.CHANGED, ("@@ -1 +1 @@", "-a: 1", "+a: 2"))


def test_a_log(stage: Stage) -> None:
    shown = stage.log(lambda report: show_changed(report, CHANGED))
    assert [line.split(maxsplit=1) for line in shown.lines[2:]] == [
        ["app", PATHS[0]],
        *([path] for path in PATHS[1:5]),
        ["and", "2 more"],
        ["gone", "removed"],
    ]
    assert shown.err.splitlines() == ["cut", "app: not committed, so in no image: artifacts/app/new.yaml"]


def test_nothing(stage: Stage) -> None:
    assert stage.log(lambda report: show_changed(report, NOTHING)).lines == ["No artifact changed."]
    shown = stage.job(lambda report: show_changed(report, NOTHING))
    assert shown.outputs["artifacts"] == []
    assert "None." in shown.summary


def test_a_job(stage: Stage) -> None:
    shown = stage.job(lambda report: show_changed(report, CHANGED))
    assert shown.outputs == {"artifacts": ["app"], "matrix": matrix(["app"]), "head": CHANGED.head}
    assert shown.rows == [["app", f"{', '.join(PATHS[:5])}, and 2 more"], ["gone", "removed"]]


def test_the_files_that_differ(stage: Stage) -> None:
    differences: dict[str, list[FileDifference]] = {"app": [FILE], "db": []}
    shown = stage.log(lambda report: show_changed(report, CHANGED, differences))
    assert shown.lines[-1] == "db: no file's content differs"
    assert shown.lines[-4:-1] == ["@@ -1 +1 @@", "-a: 1", "+a: 2"]
    diffs = stage.json(lambda report: show_changed(report, CHANGED, differences)).document["diffs"]
    assert diffs.keys() == {"app", "db"}
    assert "+a: 2" in diffs["app"]
    summary = stage.job(lambda report: show_changed(report, CHANGED, differences)).summary
    assert summary.count("<details>") == 2


@pytest.mark.parametrize("lines", [10, 100_000])
def test_a_summary_that_would_be_too_long_is_cut_and_says_so(stage: Stage, lines: int) -> None:
    file = FileDifference("x.yaml", ChangeKind.CHANGED, ("@@ -1 +1 @@", *["+" + "x" * 19] * lines))
    summary = stage.job(lambda report: show_changed(report, CHANGED, {"app": [file]})).summary
    assert ("Cut here: there is more." in summary) == (lines > 10)
    assert len(summary) < 1 << 20


def test_json(stage: Stage) -> None:
    shown = stage.json(lambda report: show_changed(report, CHANGED))
    assert shown.document == json.loads(json.dumps(document(CHANGED)))


@pytest.mark.parametrize("count", [0, 1, 255, 256, 257, 511, 512, 513, 10_000])
def test_a_matrix_has_at_most_256_entries_and_every_artifact_once(count: int) -> None:
    names = [f"artifact-{number:05}" for number in range(count)]
    entries = matrix(names)["include"]
    assert len(entries) <= 256
    assert [name for entry in entries for name in entry["artifact"].split(",")] == names
    assert all(list(entry) == ["artifact"] for entry in entries)
