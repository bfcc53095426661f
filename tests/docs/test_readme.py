"""The README is short, and begins with two commands that CI runs as they stand there."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text()


def test_it_is_short() -> None:
    assert len(README.splitlines()) <= 150


@pytest.mark.parametrize("name", ["main", "tests"])
def test_the_two_commands_are_one_line_each(name: str) -> None:
    printed = subprocess.run([ROOT / ".ci/command", name], capture_output=True, text=True, check=True).stdout
    assert len(printed.splitlines()) == 1


def test_the_two_commands_are_the_first_code() -> None:
    first, second = re.findall(r"(<!-- command: \w+ -->\n)?```", README)[:3:2]
    assert (first, second) == ("<!-- command: main -->\n", "<!-- command: tests -->\n")


def test_each_command_that_it_shows_exists() -> None:
    from flux.tasks import ns

    typed = re.findall(r"\binv ([a-z][a-z.]*)", README)
    assert len(typed) >= 10
    assert [name for name in typed if name not in ns.task_names and name not in ns.collections] == []
