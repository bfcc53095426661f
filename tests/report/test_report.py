"""What is printed, in a log and in a terminal."""

import io
import json
import os
import pty
import re
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from flux.errors import FluxError
from flux.event import TERMINAL
from flux.report.report import Report
from flux.report.text import Styled, aligned
from tests.commands.invoking import actions, commands, inv, monorepo
from tests.documents import result
from tests.report.showing import Stage

DIGEST = "sha256:" + "a" * 64


def test_a_log_folds_nothing() -> None:
    rows = [("app", "one\ntwo", DIGEST * 5), ("a-longer-name", "", "x")]
    assert aligned(("Name", "Files", "Digest"), rows) == [
        "Name            Files   Digest",
        "─" * (13 + 3 + 5 + 3 + len(DIGEST * 5)),
        f"app             one     {DIGEST * 5}",
        "                two",
        "a-longer-name           x",
    ]


def test_a_log_needs_no_rich(tmp_path: Path) -> None:
    """Which takes its time to be imported, and more to lay out what nobody folds."""
    broken = tmp_path / "rich.py"
    broken.write_text("raise ImportError('rich')\n")
    repo = monorepo(tmp_path / "repo", {"artifacts/app/x.yaml": "no: manifest\n", "artifacts/db/x.yaml": "{"})
    for command in ("list", "changed", "check", "build", "tag", "status"):
        done = inv(repo, command, env={"PYTHONPATH": str(tmp_path)})
        assert done.code == (command == "check"), done.said
        assert ("is on main already" in done.err) if command == "changed" else not done.err, done.said


def everything(terminal: int) -> str:
    """What was written to a terminal whose other side is closed, which may come in pieces."""
    said = b""
    with suppress(OSError):  # how Linux says that it is closed
        while piece := os.read(terminal, 10_000):
            said += piece
    os.close(terminal)
    return said.decode()


def test_a_terminal_has_styles_and_breaks_no_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "76")
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr(sys, "stdout", terminal)
        report = Report(TERMINAL, as_json=False)
        assert report.digest(DIGEST) == DIGEST[:19]
        report.table(("Name", "Digest"), [(Styled("app", "bold red"), DIGEST)])
        report.print(Styled("+ added", "green"), " \x1b[0m")
    said = everything(ours)
    assert "\x1b[1;31mapp" in said
    assert "\x1b[32m+ added\x1b[0m \\x1b[0m" in said
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in said.splitlines()]
    assert max(map(len, lines)) <= 76
    assert lines[2:4] == ["app ", f"  Digest: {DIGEST}"] or lines[3:5] == ["  Digest:", f"  {DIGEST}"]


def test_what_is_piped_fits_what_columns_says(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "76")
    report = Report(TERMINAL, as_json=False)
    report.table(("Name", "Digest"), [(Styled("app", "bold red"), DIGEST)])
    report.print("a registry that ", Styled("does not answer", "red"), " " + "again " * 20)
    lines = capsys.readouterr().out.splitlines()
    assert lines[2:4] == ["app", f"  Digest: {DIGEST}"] or lines[3:5] == ["  Digest:", f"  {DIGEST}"]
    assert max(map(len, lines)) <= 76
    report.print("+" + " x" * 60, whole=True)
    assert capsys.readouterr().out == "+" + " x" * 60 + "\n"


HOSTILE = "##[add-mask]x ###[error]y\n::error::z\r\x1b[31m\N{RIGHT-TO-LEFT OVERRIDE}"


def test_no_document_has_a_workflow_command(capsys: pytest.CaptureFixture[str]) -> None:
    """The runner looks for the older form anywhere in a line."""
    document = {"title": HOSTILE, HOSTILE: [HOSTILE]}
    report = Report(actions(None), as_json=True)
    assert report.document(document)
    report.finish()
    printed = capsys.readouterr().out
    assert commands(printed) == []
    assert result(json.loads(printed)) == document


@pytest.mark.parametrize("as_json", [False, True])
def test_an_annotation_is_one_command_and_disturbs_no_terminal(
    as_json: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    report = Report(actions(None), as_json)
    report.error(FluxError(HOSTILE, HOSTILE))
    report.notice(HOSTILE)
    said = capsys.readouterr()
    printed = said.err if as_json else said.out
    assert [line.split("::")[1] for line in printed.splitlines()] == ["error", "warning"]
    assert printed.replace("\n", "").isprintable()
    assert "\\x1b[31m\\u202e" in printed


def test_no_title_of_what_is_folded_ends_its_line(tmp_path: Path) -> None:
    """A name with an empty line in it began Markdown of its own."""
    summary = tmp_path / "summary.md"
    report = Report(replace(actions(None), summary=summary), as_json=False)
    report.details("a</summary>\n\n# b <b>\n", "```diff\n+ x\n```")
    lines = summary.read_text().splitlines()
    title = "a&lt;/summary&gt;\\n\\n# b &lt;b&gt;\\n"
    assert lines[:2] == [f"<details><summary>{title}</summary>", ""]
    assert "# b <b>" not in lines


def test_a_digest_is_twelve_characters_of_a_table() -> None:
    assert Report(TERMINAL, as_json=False).digest(DIGEST) == DIGEST[:19]
    assert Report(TERMINAL, as_json=False, wide=True).digest(DIGEST) == DIGEST
    assert Report(TERMINAL, as_json=False).digest(None) == ""


@pytest.mark.parametrize(("encoding", "rule"), [("utf-8", "─"), ("ascii", "-"), ("latin-1", "-")])
def test_a_rule_is_of_the_characters_that_are_there(
    encoding: str, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(said, encoding=encoding))
    Report(TERMINAL, as_json=False).table(("Name",), [("app",)])
    assert said.getvalue().decode(encoding).splitlines() == ["Name", rule * 4, "app"]
    assert Report(TERMINAL, as_json=False).sign("≠", "!=") == ("≠" if encoding == "utf-8" else "!=")


def test_ten_annotations_and_the_rest_in_the_summary(stage: Stage) -> None:
    def show(report: Report) -> None:
        for number in range(13):
            report.error(FluxError(f"error {number} <b>"))
        report.notice("one warning")

    shown = stage.job(show)
    assert sum(line.startswith("::error::") for line in shown.lines) == 10
    assert [line for line in shown.lines if line.startswith("error: ")] == [
        f"error: error {number} <b>" for number in (10, 11, 12)
    ]
    assert "::warning::one warning" in shown.lines
    assert shown.summary.count("- error: error 1") == 3


def test_the_next_command_is_for_a_person(monkeypatch: pytest.MonkeyPatch, stage: Stage) -> None:
    assert stage.log(lambda report: report.next("inv tag")).out == ""
    assert stage.job(lambda report: report.next("inv tag")).out == ""
    monkeypatch.setenv("TERM", "dumb")
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr(sys, "stdout", terminal)
        monkeypatch.setattr(sys, "stderr", terminal)
        Report(TERMINAL, as_json=False).next("inv tag")
        Report(TERMINAL, as_json=True).next("inv build")
        Report(TERMINAL, as_json=False).next("inv tag", first="merge the pull request")
    assert everything(ours).splitlines() == [
        "next: `inv tag`",
        "next: merge the pull request, then `inv tag`",
    ]
