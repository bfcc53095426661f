"""Finds what the next word of a command line can be. Pure: it knows the commands, but no monorepo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flux.tasks.command import Command

COMMAND, OPTION = "a command", "an option"


@dataclass(frozen=True)
class WantedWords:
    """What to complete. `kind` is COMMAND, OPTION, or the name of an argument.

    `given` are the earlier words of the command. `begin` is the part of the word that stays, `typed` the
    part to complete.
    """

    kind: str
    typed: str
    begin: str = ""
    command: str = ""
    given: tuple[str, ...] = ()


def find_wanted(words: Sequence[str], commands: Mapping[str, Command]) -> WantedWords:
    """Return what the last word can be. `commands` has each command by each of its names."""
    line = _TypedLine(commands)
    for word in words[:-1]:
        line.take(word)
    return line.wanted(words[-1] if words else "")


class _TypedLine:
    """A command line, word by word."""

    def __init__(self, commands: Mapping[str, Command]) -> None:
        self._commands = commands
        self._command: Command | None = None
        self._given: list[str] = []
        self._option = ""

    def take(self, word: str) -> None:
        if self._option:
            self._option = ""
        elif word.startswith("-"):
            self._option = self._valued(word)
        elif word in self._commands and not self._is_due:
            self._command, self._given = self._commands[word], []
        else:
            self._given.append(word)

    @property
    def _is_due(self) -> bool:
        """Whether the command requires another word."""
        return self._command is not None and len(self._given) < self._command.required_words

    def _valued(self, word: str) -> str:
        """Return the argument of an option that takes a value; empty for any other word."""
        options = self._command.valued_options if self._command else {}
        return options.get(word, "")

    def wanted(self, word: str) -> WantedWords:
        name, equals, value = word.partition("=")
        if equals and (option := self._valued(name)):
            return self._of(option, value, f"{name}=")
        if self._option:
            return self._of(self._option, word)
        if word.startswith("-"):
            return self._of(OPTION, word)
        left = self._command.words[len(self._given) :] if self._command else ()
        return self._of(left[0] if left else COMMAND, word)

    def _of(self, kind: str, typed: str, begin: str = "") -> WantedWords:
        before, comma, last = typed.rpartition(",")
        if kind == "artifact" and comma:
            begin, typed = f"{begin}{before},", last
        command = self._command.typed if self._command else ""
        return WantedWords(kind, typed, begin, command, tuple(self._given))
