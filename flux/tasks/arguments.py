"""Finds errors in a command line as a whole. Pure: nothing here knows Invoke or prints."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise, takewhile
from typing import Any

from flux.errors import RequestError

_ARTIFACT = ("-a", "--artifact")
_LATE = {
    "-d": "--debug",
    "--debug": "--debug",
    "-V": "--version",
    "-c": "--collection",
    "--collection": "--collection",
    "-r": "--search-root",
    "--search-root": "--search-root",
    "--write-pyc": "--write-pyc",
    "--print-completion-script": "--print-completion-script",
}
"""Options that Invoke reads only before the first command. After it, Invoke accepts and ignores them."""

_LISTING = ("-D", "-F", "--list-depth", "--list-format")
_WITH_VALUE = {
    *("-T", "--command-timeout", "-f", "--config", "--hide", "-D", "--list-depth", "-F", "--list-format"),
    *("-c", "--collection", "-r", "--search-root"),
}
_ANSWERED_ELSEWHERE = ("--number", "--since")
"""An empty value of these is refused elsewhere, with a better hint: about numbers, about commits."""

_IDLE = (
    ("run", "warn", "--warn-only"),
    ("run", "pty", "--pty"),
    ("run", "hide", "--hide"),
    ("run", "echo", "--echo"),
    ("sudo", "password", "--prompt-for-sudo-password"),
    ("timeouts", "command", "--command-timeout"),
)
"""Options of Invoke for shell commands, by their places in its configuration. No command here runs any."""


def find_fault(words: Sequence[str]) -> RequestError | None:
    """Return the error in the words of a command line, without the name of the program."""
    for rule in (_empty, _without_artifact, _late, _listing):
        if fault := rule(words):
            return fault
    return None


def find_idle(overrides: Mapping[str, Any], remainder: str) -> RequestError | None:
    """Return the error for an option without effect. `overrides` has the values of Invoke's options."""
    for section, key, option in _IDLE:
        if (overrides.get(section) or {}).get(key):
            return RequestError(f"{option} does nothing here", "leave it out")
    if remainder:
        return RequestError(f"no command takes the words after --: {remainder}", "leave it out")
    return None


def find_empty(words: Mapping[str, object]) -> RequestError | None:
    """Return the error for a word that is given, but empty. `words` maps each name to its value."""
    for name, value in words.items():
        if isinstance(value, str) and not value.strip():
            return RequestError(f"{name.upper()} is empty", "is a variable empty? give it a value")
    return None


def find_taken(options: Mapping[str, object]) -> RequestError | None:
    """Return the error for an option that Invoke took for the value of another one. `options` maps each
    option to its value."""
    for option, value in options.items():
        if isinstance(value, str) and value.startswith("--"):
            return RequestError(f"{option} needs a value, not the option {value!r}", f"say `{option} VALUE`")
    return None


def has_third_word(command: str, words: Sequence[str], takes_value: Callable[[str], bool]) -> bool:
    """Whether a third word follows the last `command` among the words, and begins like a version."""
    bare = list(_bare(_after(command, words), takes_value))
    return len(bare) > 2 and bare[2].removeprefix("v")[:1].isdigit()


def count_words(
    command: str,
    words: Sequence[str],
    takes_value: Callable[[str], bool],
    is_command: Callable[[str], bool],
) -> int:
    """Return the number of words, without options, from the last `command` to the next command."""
    own = _bare(_after(command, words), takes_value)
    return sum(1 for _ in takewhile(lambda word: not is_command(word), own))


def _after(command: str, words: Sequence[str]) -> Sequence[str]:
    """Return the words after the last `command`, or none if it is not there."""
    return words[len(words) - [*reversed(words)].index(command) :] if command in words else []


def _bare(words: Sequence[str], takes_value: Callable[[str], bool]) -> Iterator[str]:
    """Yield the words that are neither options nor values of options."""
    for before, word in pairwise(["", *words]):
        if word == "--":
            return
        if not word.startswith("-") and not takes_value(before):
            yield word


def _empty(words: Sequence[str]) -> RequestError | None:
    for before, word in pairwise(["", *words]):
        option, equals, value = word.partition("=")
        if equals and option.startswith("-") and _is_empty(value) and option not in _ANSWERED_ELSEWHERE:
            return _empty_value(option)
        if _is_empty(word) and before.startswith("-") and before not in _ANSWERED_ELSEWHERE:
            return _empty_value(before)
    return None


def _empty_value(option: str) -> RequestError:
    if option in _ARTIFACT:
        return RequestError("-a has an empty name", "name an artifact, or leave -a out for all of them")
    return RequestError(f"{option} has an empty value", "give it one, or leave it out")


def _is_empty(value: str) -> bool:
    return not value.replace(",", "").strip()


def _without_artifact(words: Sequence[str]) -> RequestError | None:
    for word, following in pairwise([*words, "-"]):
        if word in _ARTIFACT and following.startswith("-"):
            return RequestError(
                f"{word} needs the name of an artifact", f"say `{word} NAME`, or leave it out for all of them"
            )
    return None


def _late(words: Sequence[str]) -> RequestError | None:
    late = words[_first_command(words) :]
    for word, following in pairwise([*late, "-"]):
        option = _LATE.get(word.partition("=")[0])
        if word == "--version" and following.startswith("-"):
            return RequestError("--version needs a version here", "say `--version 1.2.3`")
        if option:
            return RequestError(
                f"{word} does nothing after a command",
                f"put {option} before the command" + (", or say -n for a dry run" if word == "-d" else ""),
            )
    return None


def _listing(words: Sequence[str]) -> RequestError | None:
    for word in words:
        if word.startswith(_LISTING):
            return RequestError(f"{word} does nothing without --list", "leave it out")
    return None


def _first_command(words: Sequence[str]) -> int:
    """Return the index where the options of Invoke end."""
    for at, (before, word) in enumerate(pairwise(["", *words])):
        if not word.startswith("-") and before not in _WITH_VALUE:
            return at
    return len(words)
