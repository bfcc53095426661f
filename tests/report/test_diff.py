"""What promoting would change, as `git diff` shows files."""

from flux.artifact.difference import ChangeKind, FileDifference
from flux.commands.diff import Compared, Diff
from flux.report.diff import document, show_diff
from tests.report.showing import DIGEST, OTHER, Stage

FILE = FileDifference("x.yaml", ChangeKind.CHANGED, ("@@ -1 +1 @@", "-a: 1", "+a: \x1b2"))


def diff(*compared: Compared) -> Diff:
    return Diff("app", "2.0.0", DIGEST, list(compared))


def test_a_log(stage: Stage) -> None:
    found = diff(Compared(("at_ring1", "at_ring2"), "1.0.0", OTHER, [FILE]))
    shown = stage.log(lambda report: show_diff(report, found))
    assert shown.lines[0] == "app in at_ring1, at_ring2: 1.0.0 -> 2.0.0"
    assert shown.lines[-3:] == ["@@ -1 +1 @@", "-a: 1", "+a: \\x1b2"]


def test_what_environments_have_now(stage: Stage) -> None:
    found = diff(
        Compared(("a",), "2.0.0", DIGEST, []),
        Compared(("b",), None, OTHER, []),
        Compared(("c",), None, None, [FILE]),
        Compared(("d",), "1.0.0", OTHER, [], other_modes=True),
    )
    shown = stage.log(lambda report: show_diff(report, found))
    assert [line for line in shown.lines if line.startswith("app in ")] == [
        "app in a: 2.0.0 -> 2.0.0, which is there",
        f"app in b: {OTHER} -> 2.0.0, without a difference in any file",
        "app in c: nothing -> 2.0.0",
        "app in d: 1.0.0 -> 2.0.0, the same files under other modes",
    ]


def test_a_job_and_json(stage: Stage) -> None:
    found = diff(Compared(("at_ring1",), "1.0.0", OTHER, [FILE]))
    assert stage.json(lambda report: show_diff(report, found)).document == document(found)
    shown = stage.job(lambda report: show_diff(report, found))
    assert shown.rows == [["at\\_ring1", "1.0.0", "x.yaml", str(ChangeKind.CHANGED)]]
