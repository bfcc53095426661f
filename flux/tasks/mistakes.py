"""Explains a command line that Invoke cannot parse. Pure: it reads Invoke's errors as text."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from flux.errors import RequestError
from flux.regex import regex

if TYPE_CHECKING:
    from flux.tasks.command import Command

_CORE = ("help", "version")
"""These are commands in other programs, but options in this one."""

_SHORT = 4

_UNKNOWN = regex(r"No idea what '(?P<word>.*)' is!", re.DOTALL)
_MISSING = regex(r"did not receive required positional arguments: (?P<names>.+)")
_VALUELESS = regex(r"Flag <Argument: (?P<name>[\w-]+).* needed value")


def find_mistake(said: str, command: "Command | None", names: Sequence[str], program: str) -> RequestError:
    """Return the error for a message of Invoke about `command`. `names` are the names of all commands."""
    if found := _UNKNOWN.search(said):
        return find_unknown(found["word"], command, names, program)
    usage = f"`{program} {command.usage}`, for example `{program} {command.example}`" if command else ""
    if command and (found := _MISSING.search(said)):
        missing = ", ".join(name.strip("' ").upper() for name in found["names"].split(","))
        return RequestError(f"{command.typed} needs {missing}", f"say {usage}")
    if found := _VALUELESS.search(said):
        hint = f"say {usage}" if usage else f"say `--{found['name']} VALUE`"
        return RequestError(f"--{found['name']} needs a value", hint)
    return RequestError(said.strip().rstrip("!"), f"say {usage}" if usage else f"`{program} --help`")


def find_unknown(word: str, command: "Command | None", names: Sequence[str], program: str) -> RequestError:
    """Return the error for a word or an option that `command` does not take."""
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
    """Return a hint: what to type instead of a word that the command does not take."""
    if "--version" in command.options and word.removeprefix("v")[:1].isdigit():
        return f"say `--version {word}`"
    near = " or ".join(nearest(word, names))
    if command.is_narrowed:
        narrowed = f"say `{program} {command.typed} -a {word}`"
        return f"{narrowed}, or did you mean the command {near}?" if near else narrowed
    return f"did you mean the command {near}?" if near else f"say `{program} {command.usage}`"


def nearest(word: str, names: Sequence[str]) -> list[str]:
    """Return at most three names that begin with the word, or else have a similar spelling. A short word that
    begins with another letter is another word: `nope` does not mean `open`."""
    from difflib import get_close_matches

    if begun := [name for name in names if len(word) > 1 and name.startswith(word)]:
        return begun[:3]
    similar = get_close_matches(word, names, n=3, cutoff=0.75)
    return [name for name in similar if len(word) > _SHORT or name[0] == word[0]]
