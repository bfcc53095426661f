"""What one can type has one file in each room that it passes through."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from invoke.collection import Collection

from flux.tasks import ns

FLUX = Path(__file__).parent.parent.parent / "flux"
SHOWN_AS = {"rollback": "promote", "unfreeze": "freeze", "sign/sign": "sign", "sign/promotions": "sign"}


def typed(collection: Collection, *above: str) -> Iterator[str]:
    """The path of every task: its name, in the folder of its collection."""
    for name in collection.tasks:
        yield "/".join([*above, name])
    for name, below in collection.collections.items():
        yield from typed(below, *above, name)


COMMANDS = sorted(typed(ns))


def files(folder: str) -> dict[str, Path]:
    """Every module of a room, by its path without the ending."""
    paths = sorted((FLUX / folder).rglob("*.py"))
    return {str(path.relative_to(FLUX / folder).with_suffix("")): path for path in paths}


def test_the_commands_folder_has_what_one_can_type_and_nothing_else() -> None:
    """One file for each command. The file of a folder only says what the folder is."""
    assert {"build", "issue/open", "registry/up"} <= set(COMMANDS)
    assert len(COMMANDS) > 15
    commands = files("commands")
    folders = {name: path for name, path in commands.items() if path.name == "__init__.py"}
    assert sorted(commands.keys() - folders) == COMMANDS
    for path in folders.values():
        assert [type(each) for each in ast.parse(path.read_text()).body] == [ast.Expr], path


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_a_report_of_its_name(command: str) -> None:
    """A module, or the folder of a large one."""
    shown = SHOWN_AS.get(command, command)
    assert {shown, f"{shown}/__init__"} & files("report").keys()
