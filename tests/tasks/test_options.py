"""An option means the same in every command, and has the same letter."""

from collections.abc import Iterator

import pytest
from invoke.collection import Collection
from invoke.parser.argument import Argument

from flux.tasks import ns, options

OPTIONS = {
    "issue.apply": "--number -n/--dry-run -j/--json",
    "build": "-a/--artifact --changed --since --digests -n/--dry-run --wide -j/--json",
    "changed": "--since --diff -j/--json",
    "check": "-a/--artifact --changed --since -j/--json",
    "demo": "-a/--artifact --folder --progress -j/--json",
    "diff": "-a/--artifact --environment --version -j/--json",
    "doctor": "-j/--json",
    "registry.down": "--purge -n/--dry-run -j/--json",
    "list": "-j/--json",
    "open": "--what -j/--json",
    "init": "--check --fleet --force --uses -n/--dry-run -j/--json",
    "board": "--output -j/--json",
    "log": "-a/--artifact --environment --since -j/--json",
    "issue": "--tag -n/--dry-run -j/--json",
    "promote": "-a/--artifact --environment --version --override -n/--dry-run -j/--json",
    "sign.promotions": "-n/--dry-run -j/--json",
    "publish": "--tag --digests -n/--dry-run -j/--json",
    "reconcile": "--digests -n/--dry-run -j/--json",
    "release": "-a/--artifact --version --allow-unchanged --force -n/--dry-run -j/--json",
    "request.check": "--number -j/--json",
    "rollback": "-a/--artifact --environment --to --override -n/--dry-run -j/--json",
    "sign": "--digests --unattested -n/--dry-run -j/--json",
    "status": "-a/--artifact --check --behind --watch --wide -j/--json",
    "issue.sync": "-n/--dry-run -j/--json",
    "tag": "-a/--artifact -n/--dry-run --wide -j/--json",
    "ack": "--event -n/--dry-run -j/--json",
    "rules": "-a/--artifact -j/--json",
    "freeze": "--reason --phase --until -n/--dry-run -j/--json",
    "unfreeze": "--phase -n/--dry-run -j/--json",
    "cluster.manifests": "--environment -j/--json",
    "registry.up": "--port --image -n/--dry-run -j/--json",
}

SAME = {
    "json": (options.JSON, "j"),
    "dry-run": (options.DRY_RUN, "n"),
    "digests": (options.DIGESTS, None),
}


def arguments(collection: Collection) -> Iterator[tuple[str, Argument]]:
    for task in collection.tasks.values():
        for argument in task.get_arguments():
            yield task.typed, argument
    for below in collection.collections.values():
        yield from arguments(below)


ALL = list(arguments(ns))


@pytest.mark.parametrize("name", SAME)
def test_an_option_means_the_same_everywhere(name: str) -> None:
    help_text, letter = SAME[name]
    # The digests that `inv sign` reads are an argument of its own.
    found = [
        (task, argument)
        for task, argument in ALL
        if argument.name == name.replace("-", "_") and not argument.positional
    ]
    assert len(found) > 2
    assert {argument.help for _, argument in found} == {help_text}
    assert {argument.nicknames for _, argument in found} == {(letter,) if letter else ()}


def test_every_option_of_every_command() -> None:
    found: dict[str, list[str]] = {}
    for task, argument in ALL:
        letters = [f"-{letter}/" for letter in argument.nicknames]
        found.setdefault(task, []).append("".join([*letters, f"--{argument.names[0]}"]))
    assert {task: " ".join(options) for task, options in found.items()} == OPTIONS


def test_one_letter_has_one_meaning() -> None:
    meanings: dict[str, set[str]] = {}
    for _, argument in ALL:
        for letter in argument.nicknames:
            meanings.setdefault(letter, set()).add(argument.names[0])
    assert meanings == {"a": {"artifact"}, "n": {"dry-run"}, "j": {"json"}}


def test_asking_for_the_options_changes_nothing() -> None:
    assert list(map(repr, arguments(ns))) == list(map(repr, arguments(ns)))
    assert all(argument.help for _, argument in arguments(ns))


def test_every_option_says_what_it_means() -> None:
    assert [(task, argument.name) for task, argument in ALL if not argument.help] == []


def test_every_command_that_shows_a_result_shows_it_as_json() -> None:
    shown = {task for task, argument in ALL if argument.name == "json"}
    assert {task for task, _ in ALL} == shown
