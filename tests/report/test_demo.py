"""The demo can be read as a session in a shell, and typed again."""

import shlex
from pathlib import Path

from flux.demo.play import Demo
from flux.report.demo import show_beginning, show_end, show_typed, show_why
from tests.report.showing import Stage

DEMO = Demo({"INVOKE_FLUX_SOURCE": "it's here", "INVOKE_FLUX_PROMOTERS": ""}, (), ("inv status", "git log"))


def test_the_variables_can_be_typed(stage: Stage) -> None:
    shown = stage.log(lambda report: show_beginning(report, DEMO))
    assert all(line.startswith("# ") for line in shown.lines[:-1])
    typed = shlex.split(shown.lines[-1].removeprefix("$ "))
    assert typed == ["export", "INVOKE_FLUX_SOURCE=it's here", "INVOKE_FLUX_PROMOTERS="]


def test_a_step(stage: Stage) -> None:
    assert stage.log(lambda report: show_why(report, "Build it.")).lines == ["", "# Build it."]
    assert stage.log(lambda report: show_typed(report, "inv build")).lines == ["$ inv build"]


def test_the_folder_comes_last_and_alone(stage: Stage) -> None:
    shown = stage.log(lambda report: show_end(report, DEMO, ".venv/bin/inv", Path("/tmp/a b")))
    assert shown.lines[-6] == "$ cd '/tmp/a b'"
    assert shown.lines[-4:] == ["$ .venv/bin/inv status", "$ git log", "# The folder:", "/tmp/a b"]
