"""An option means the same in every command, and has the same letter."""

from collections.abc import Iterator

import pytest
from invoke.collection import Collection
from invoke.parser.argument import Argument

from flux.tasks import ns, options

SAME = {
    "json": (options.JSON, "j"),
    "dry-run": (options.DRY_RUN, "n"),
    "digests": (options.DIGESTS, None),
}


def arguments(collection: Collection) -> Iterator[tuple[str, Argument]]:
    for task in collection.tasks.values():
        for argument in task.get_arguments():
            yield task.name, argument
    for below in collection.collections.values():
        yield from arguments(below)


ALL = list(arguments(ns))


@pytest.mark.parametrize("name", SAME)
def test_an_option_means_the_same_everywhere(name: str) -> None:
    help_text, _ = SAME[name]
    # The digests that `inv sign` reads are an argument of its own.
    found = [
        (task, argument)
        for task, argument in ALL
        if argument.name == name.replace("-", "_") and not argument.positional
    ]
    assert len(found) > 2
    assert {argument.help for _, argument in found} == {help_text}


def test_every_option_says_what_it_means() -> None:
    assert [(task, argument.name) for task, argument in ALL if not argument.help] == []


def test_every_command_that_shows_a_result_shows_it_as_json() -> None:
    shown = {task for task, argument in ALL if argument.name == "json"}
    assert {task for task, _ in ALL} - shown == {"demo"}
