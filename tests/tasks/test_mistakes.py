"""What is told of a line that Invoke cannot parse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invoke.exceptions import ParseError
from invoke.parser.context import ParserContext
from invoke.parser.parser import Parser

from flux.errors import RequestError
from flux.tasks import ns
from flux.tasks.mistakes import find_mistake, nearest

NAMES = sorted({word for name, aliases in ns.task_names.items() for word in (name, *aliases)})
PARSER = Parser(initial=ParserContext(), contexts=ns.to_contexts())


def told(line: list[str]) -> RequestError:
    """By what Invoke itself says."""
    with pytest.raises(ParseError) as raised:
        PARSER.parse_argv(line)
    context = raised.value.context
    command = ns[context.name] if context and context.name else None
    return find_mistake(str(raised.value), command, NAMES, "inv")


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("biuld", "there is no command 'biuld'", "did you mean build?"),
        ("recon", "there is no command 'recon'", "did you mean reconcile?"),
        ("help", "there is no command 'help'", "did you mean inv --help?"),
        ("xyzzy", "there is no command 'xyzzy'", "`inv --list` shows the commands"),
        ("issue.aply", "there is no command 'issue.aply'", "did you mean issue.apply?"),
        ("build eso", "build takes no word 'eso'", "say `inv build -a eso`"),
        ("build nope", "build takes no word 'nope'", "say `inv build -a nope`"),
        ("list nope", "list takes no word 'nope'", "say `inv list [-j]`"),
        ("nope", "there is no command 'nope'", "`inv --list` shows the commands"),
        ("tag -n eso", "tag takes no word 'eso'", "say `inv tag -a eso`"),
        (
            "status chekc",
            "status takes no word 'chekc'",
            "say `inv status -a chekc`, or did you mean the command check?",
        ),
        ("doctor chekc", "doctor takes no word 'chekc'", "did you mean the command check?"),
        ("rollback eso prod x", "rollback takes no word 'x'", "say `inv rollback ARTIFACT ENVIRONMENT"),
        ("release eso 1.0.0 2.0.0", "release takes no word '2.0.0'", "say `--version 2.0.0`"),
        ("build --chnged", "build has no option '--chnged'", "did you mean --changed?"),
        ("doctor --x", "doctor has no option '--x'", "its options are --json"),
        ("promote eso", "promote needs ENVIRONMENT", "for example `inv promote eso prod 3.10.0`"),
        ("release", "release needs ARTIFACT, VERSION", "say `inv release ARTIFACT VERSION"),
        ("build --since", "--since needs a value", "say `inv build [-a NAME]"),
    ],
)
def test_a_mistake(line: str, message: str, hint: str) -> None:
    error = told(line.split())
    assert error.message == message
    assert hint in error.hint
    assert error.exit_code == 2


def test_a_word_too_many_that_is_empty() -> None:
    assert told(["promote", "eso", "prod", ""]).message == "a word of promote is empty"


def test_words_that_invoke_may_come_to_say() -> None:
    error = find_mistake("Something else!", None, NAMES, "inv")
    assert (error.message, error.hint) == ("Something else", "`inv --help`")


@given(st.text())
def test_any_word(word: str) -> None:
    error = find_mistake(f"No idea what {word!r} is!", ns["build"], NAMES, "inv")
    assert error.message
    assert error.hint


def test_what_begins_so_comes_before_what_is_spelled_so() -> None:
    assert nearest("prod", ["prod_ring1", "prom", "prod_ring2"]) == ["prod_ring1", "prod_ring2"]
    assert nearest("stats", ["status", "tag"]) == ["status"]
    assert nearest("", ["status"]) == []
