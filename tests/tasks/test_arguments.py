"""What is wrong with a command line as a whole: an empty value, an option that would do nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.tasks.arguments import count_words, find_empty, find_fault, find_idle, find_taken, has_third_word

FLAGS = {"--version", "--since", "-a", "--artifact"}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("build -a", "-a needs the name of an artifact"),
        ("build --artifact", "--artifact needs the name of an artifact"),
        ("build -a -n", "-a needs the name of an artifact"),
        ("build -a eso -a", "-a needs the name of an artifact"),
        ("build -a --changed -a eso", "-a needs the name of an artifact"),
        ("tag check -a", "-a needs the name of an artifact"),
        ("tag -d", "-d does nothing after a command"),
        ("tag --debug", "--debug does nothing after a command"),
        ("-f x.yaml tag -d", "-d does nothing after a command"),
        ("tag -V", "-V does nothing after a command"),
        ("tag --collection=other", "--collection=other does nothing after a command"),
        ("tag --version", "--version needs a version here"),
        ("promote eso prod --version -n", "--version needs a version here"),
        ("-D 2 tag", "-D does nothing without --list"),
        ("tag --list-format=json", "--list-format=json does nothing without --list"),
    ],
)
def test_what_would_do_nothing(line: str, message: str) -> None:
    fault = find_fault(line.split())
    assert fault is not None
    assert fault.message == message
    assert fault.hint
    assert fault.exit_code == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["build", "-a", ""], "-a has an empty name"),
        (["build", "-a", " ,"], "-a has an empty name"),
        (["build", "--artifact="], "-a has an empty name"),
        (["promote", "eso", "prod", "--version", "\t"], "--version has an empty value"),
    ],
)
def test_what_is_empty(words: list[str], message: str) -> None:
    fault = find_fault(words)
    assert fault is not None
    assert fault.message == message


@pytest.mark.parametrize(
    "line",
    [
        "build -a eso --artifact=web -a app,db --since HEAD~1 -n",
        "-d tag",
        "--debug -f x.yaml tag -n",
        "-c tasks -r . build --changed check",
        "promote eso prod --version 1.0.0",
        "promote eso prod --version=1.0.0 -n",
        "issue.apply --number=",
        "--dry tag",
        "tag -R",
    ],
)
def test_what_is_right(line: str) -> None:
    assert find_fault(line.split()) is None


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"artifact": "", "environment": "prod"}, "ARTIFACT is empty"),
        ({"artifact": "eso", "environment": " ", "version": None}, "ENVIRONMENT is empty"),
        ({"artifact": "eso", "version": "\t"}, "VERSION is empty"),
        ({"artifact": "eso", "version": None}, None),
    ],
)
def test_a_word_that_is_empty(words: dict[str, str | None], message: str | None) -> None:
    fault = find_empty(words)
    assert (fault and fault.message) == message


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"--output": "--jsn"}, "--output needs a value, not the option '--jsn'"),
        (
            {"--output": "./--jsn", "--override": "- yes", "--json": True, "--artifact": [], "--to": None},
            None,
        ),
    ],
)
def test_an_option_taken_for_a_value(options: dict[str, object], message: str | None) -> None:
    fault = find_taken(options)
    assert (fault and fault.message) == message


@given(
    st.lists(st.sampled_from(["build", "-a", "eso", "-n", "-a=eso", "", "--version", "1.0.0", "-d", "--"]))
)
def test_any_line_is_judged(words: list[str]) -> None:
    fault = find_fault(words)
    if words[-1:] == ["-a"]:
        assert fault is not None


@pytest.mark.parametrize(
    ("overrides", "remainder", "message"),
    [
        ({"run": {"warn": True}}, "", "--warn-only does nothing here"),
        ({"run": {"pty": True, "dry": True}}, "", "--pty does nothing here"),
        ({"run": {"echo": True}}, "", "--echo does nothing here"),
        ({"run": {"hide": "both"}}, "", "--hide does nothing here"),
        ({"timeouts": {"command": 3}}, "", "--command-timeout does nothing here"),
        ({"sudo": {"password": "x"}}, "", "--prompt-for-sudo-password does nothing here"),
        ({}, "eso web", "no command takes the words after --: eso web"),
    ],
)
def test_options_for_shell_commands(overrides: dict[str, object], remainder: str, message: str) -> None:
    fault = find_idle(overrides, remainder)
    assert fault is not None
    assert fault.message == message


def test_options_that_work_are_not_idle() -> None:
    assert (
        find_idle({"run": {"dry": True}, "tasks": {"dedupe": False}, "sudo": {}, "timeouts": {}}, "") is None
    )


@pytest.mark.parametrize(
    ("line", "has"),
    [
        ("promote eso prod 3.10.0", True),
        ("promote eso prod v3.10.0 -n", True),
        ("promote -n eso prod 3.10", True),
        ("--dry promote eso prod 1.0.0-rc.1", True),
        ("promote eso prod", False),
        ("promote eso prod --version 3.10.0", False),
        ("promote eso prod --version=3.10.0", False),
        ("promote -a eso prod 3.10.0", False),
        ("promote eso prod tag", False),
        ("release eso 3.10.0 promote eso prod", False),
        ("promote eso prod -- 3.10.0", False),
        ("diff eso prod 3.10.0", False),
        ("", False),
    ],
)
def test_a_third_word(line: str, has: bool) -> None:
    assert has_third_word("promote", line.split(), FLAGS.__contains__) is has


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("log", 0),
        ("log eso", 1),
        ("log eso prod -j", 2),
        ("log -j eso --since 30d prod", 2),
        ("log list", 0),
        ("log eso list prod", 1),
        ("list log eso", 1),
        ("log -- eso", 0),
        ("log --since=30d", 0),
        ("tag", 0),
    ],
)
def test_words_that_may_be_left_out(line: str, count: int) -> None:
    takes_value = {"--since"}.__contains__
    assert count_words("log", line.split(), takes_value, {"log", "list", "tag"}.__contains__) == count
