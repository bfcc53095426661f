"""The message about a command line that Invoke cannot parse. Pure: it reads Invoke's errors as text."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from flux.errors import RequestError
from flux.regex import regex

if TYPE_CHECKING:
    from flux.tasks.command import Command

_CORE = ("help", "version")
"""What other programs have as commands, and this one as options."""

_UNKNOWN = regex(r"No idea what '(?P<word>.*)' is!", re.DOTALL)
_MISSING = regex(r"did not receive required positional arguments: (?P<names>.+)")
_VALUELESS = regex(r"Flag <Argument: (?P<name>[\w-]+).* needed value")


def find_mistake(said: str, command: "Command | None", names: Sequence[str], program: str) -> RequestError:
    """The error for what Invoke said. `command` is the one that was being parsed, `names` are all of them."""
    if found := _UNKNOWN.search(said):
        return _unknown(found["word"], command, names, program)
    usage = f"`{program} {command.usage}`, for example `{program} {command.example}`" if command else ""
    if command and (found := _MISSING.search(said)):
        missing = ", ".join(name.strip("' ").upper() for name in found["names"].split(","))
        return RequestError(f"{command.typed} needs {missing}", f"say {usage}")
    if found := _VALUELESS.search(said):
        hint = f"say {usage}" if usage else f"say `--{found['name']} VALUE`"
        return RequestError(f"--{found['name']} needs a value", hint)
    return RequestError(said.strip().rstrip("!"), f"say {usage}" if usage else f"`{program} --help`")


def _unknown(word: str, command: "Command | None", names: Sequence[str], program: str) -> RequestError:
    if command is None:
        kind = "option" if word.startswith("-") else "command"
        near = [] if kind == "option" else nearest(word, names)
        if word in _CORE:
            near = [f"{program} --{word}"]
        hint = f"did you mean {' or '.join(near)}?" if near else f"`{program} --list` shows the commands"
        return RequestError(f"there is no {kind} {word!r}", hint)
    if word.startswith("-"):
        options = command.options
        near = nearest(word, options)
        hint = f"did you mean {' or '.join(near)}?" if near else f"its options are {', '.join(options)}"
        return RequestError(f"{command.typed} has no option {word!r}", hint)
    if not word.strip():
        return RequestError(f"a word of {command.typed} is empty", "is a variable empty? give it a value")
    return RequestError(f"{command.typed} takes no word {word!r}", _instead(word, command, names, program))


def _instead(word: str, command: "Command", names: Sequence[str], program: str) -> str:
    """What to say in place of a word that the command does not take."""
    options = command.options
    if "--version" in options and word.removeprefix("v")[:1].isdigit():
        return f"say `--version {word}`"
    if near := nearest(word, names):
        return f"did you mean the command {' or '.join(near)}?"
    if command.is_narrowed:
        return f"say `{program} {command.typed} -a {word}`"
    return f"say `{program} {command.usage}`"


def nearest(word: str, names: Sequence[str]) -> list[str]:
    """At most three names that were meant: those that begin so, else those that are spelled almost so."""
    from difflib import get_close_matches

    if begun := [name for name in names if len(word) > 1 and name.startswith(word)]:
        return begun[:3]
    return get_close_matches(word, names, n=3, cutoff=0.75)
