"""The README says what there is: every command with its flags, and every setting."""

import re
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest

from flux.settings import Settings
from flux.tasks import ns

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def rows(first: str) -> list[list[str]]:
    """The cells of the table whose header begins with `first`."""
    table = README.partition(f"| {first} |")[2].partition("\n\n")[0]
    return [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]


def test_every_command_is_in_the_table_and_has_help() -> None:
    written = {re.search(r"`inv ([a-z.]+)", cells[0])[1]: cells[0] for cells in rows("command")}  # type: ignore[index]
    # A collection's default task is known by the collection's name.
    assert written.keys() == {aliases[0] if aliases else name for name, aliases in ns.task_names.items()}
    for name in written:
        assert ns[name].help, name
        assert ns[name].__doc__, name


def test_every_flag_in_the_table_is_one() -> None:
    for cells in rows("command"):
        name = re.search(r"`inv ([a-z.]+)", cells[0])[1]  # type: ignore[index]
        flags = {flag for argument in ns[name].get_arguments() for flag in argument.names}
        flags |= {flag.replace("_", "-") for flag in flags}
        for flag in re.findall(r"(?<=\s|\[)--?([a-z-]+)", cells[0]):
            assert flag in flags, f"inv {name} has no {flag}"


def test_every_setting_is_in_the_table() -> None:
    assert {cells[0].strip("`") for cells in rows("setting")} == {f.name for f in fields(Settings)} - {
        "named"
    }


@pytest.mark.parametrize("name", ["main", "tests"])
def test_the_two_commands_are_one_line_each(name: str) -> None:
    printed = subprocess.run([ROOT / ".ci/command", name], capture_output=True, text=True, check=True).stdout
    assert len(printed.splitlines()) == 1


def test_local_links_lead_somewhere() -> None:
    for link in re.findall(r"\]\((?!https?://)([^)#]+)", README):
        assert (ROOT / link).exists(), link
