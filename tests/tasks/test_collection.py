"""What one can type has one file in each room that it passes through."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from invoke.collection import Collection

from flux.tasks import ns

FLUX = Path(__file__).parent.parent.parent / "flux"
NAMED_AS = {"unfreeze": "freeze"}
SHOWN_AS = {"rollback": "promote", "unfreeze": "freeze", "sign/sign": "sign", "sign/promotions": "sign"}


def typed(collection: Collection, *above: str) -> Iterator[str]:
    """The path of every task: its name, in the folder of its collection."""
    for name in collection.tasks:
        yield "/".join([*above, name])
    for name, below in collection.collections.items():
        yield from typed(below, *above, name)


COMMANDS = sorted(typed(ns))


def files(folder: str) -> set[str]:
    """Every module; what is in the package of a command is part of that command."""
    root = FLUX / folder
    found = (path.relative_to(root) for path in root.rglob("*.py") if path.name != "__init__.py")
    return {part if (part := path.parts[0]) in COMMANDS else str(path.with_suffix("")) for path in found}


def test_the_commands_folder_has_what_one_can_type_and_nothing_else() -> None:
    assert len(COMMANDS) > 15
    assert {"build", "issue/open", "registry/up"} <= set(COMMANDS)
    assert files("commands") == {NAMED_AS.get(command, command) for command in COMMANDS}


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_a_report_of_its_name(command: str) -> None:
    assert SHOWN_AS.get(command, command) in files("report")
