"""Adds to Invoke's program: our help and messages about a command line, and a quiet end if a pipe is closed.

`inv` is a program of Invoke. It loads the tasks during its run, so its class is changed at that time.
`flux-artifacts` has the same class.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import NoReturn

from invoke.config import Config
from invoke.exceptions import Exit, ParseError
from invoke.parser.context import ParserContext
from invoke.program import Program

from flux.configured import FILES
from flux.errors import RequestError
from flux.running import reporting
from flux.tasks.command import Command
from flux.tasks.mistakes import find_mistake, find_unknown


def improve(program: type[Program]) -> None:
    """Change how a program reads its configuration and the commands of a line, and prints help and lists."""
    load = Config.load_project
    parse, clean_up, show_help = program.parse_tasks, program.parse_cleanup, program.print_task_help

    def load_project(self: Config, merge: bool = True) -> None:
        with reading_configuration():
            load(self, merge)

    def parse_tasks(self: Program) -> None:
        if asked := _asked_help(self):
            # This line becomes `--help COMMAND`. Invoke prints it later.
            self.core[0].args.help.value, self.core.unparsed = asked, []
        with refusing(self):
            parse(self)
        for context in self.tasks:
            _refuse_option(self, context)

    def parse_cleanup(self: Program) -> None:
        with refusing(self), _ending_quietly():
            clean_up(self)

    def print_task_help(self: Program, name: str) -> None:
        command = self.collection[name]
        if not isinstance(command, Command):
            show_help(self, name)
            return
        typed = _typed(self)
        print(f"{command.shown_usage(typed)}\nFor example: {typed} {command.example}\n\n{command.summary}\n")
        self.print_columns(command.help_rows())

    for method in (parse_tasks, parse_cleanup, print_task_help):
        setattr(program, method.__name__, method)
    Config.load_project = load_project  # type: ignore[method-assign]


@contextmanager
def reading_configuration(file: str | None = None) -> Iterator[None]:
    """Name a configuration file that cannot be read. Raises Exit with code 2 then."""
    from invoke.exceptions import UnknownFileType
    from invoke.util import yaml  # type: ignore[attr-defined]

    try:
        yield
    except (yaml.YAMLError, UnknownFileType, OSError, ValueError, TypeError, AttributeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        named = file or FILES[0]
        refuse(RequestError(f"{named} is not a configuration{where}", "write settings under `flux:` in it"))


@contextmanager
def refusing(program: Program) -> Iterator[None]:
    """Report the mistake in a line that Invoke cannot parse. Raises Exit with code 2 then. Invoke itself
    reports mistakes in commands that are not ours."""
    try:
        yield
    except ParseError as error:
        named = error.context.name if error.context else None
        command = program.collection[named] if named else None
        if command is not None and not isinstance(command, Command):
            raise
        _refuse_option(program, error.context)
        refuse(find_mistake(str(error), command, names_of(program), _typed(program)))
    except Exit as ended:
        if not ended.message:
            raise
        refuse(RequestError(ended.message.rstrip("!"), f"`{_typed(program)} --list` shows what there is"))


def names_of(program: Program) -> list[str]:
    """Return all names of all commands. There are none before the tasks are loaded."""
    known = program.collection.task_names if hasattr(program, "collection") else {}
    return sorted({word for name, aliases in known.items() for word in (name, *aliases)})


def _asked_help(program: Program) -> str:
    """Return our command that `--help` follows. Invoke takes that for a word, if the command needs one."""
    words = program.core.unparsed
    asked = next((at for at, word in enumerate(words) if word in ("-h", "--help")), 0)
    named = [word for word in words[:asked] if word in names_of(program)]
    return named[-1] if named and isinstance(program.collection[named[-1]], Command) else ""


def _refuse_option(program: Program, context: ParserContext | None) -> None:
    """Refuse an option that Invoke took for a required word, because the command does not have it."""
    command = program.collection[context.name] if context and context.name else None
    if context and isinstance(command, Command):
        options = {word.partition("=")[0] for word in program.core.unparsed}
        for argument in context.positional_args:
            if str(argument.value).startswith("-") and f"--{argument.name}" not in options:
                refuse(find_unknown(argument.value, command, names_of(program), _typed(program)))


def refuse(error: RequestError) -> NoReturn:
    words = sys.argv[1:]
    with reporting(json=not {"-j", "--json"}.isdisjoint(words)):
        raise error
    raise Exit(code=error.exit_code)


@contextmanager
def _ending_quietly() -> Iterator[None]:
    """Ignore a closed pipe, as in `inv --list | head`. Only what Invoke prints is lost."""
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except OSError as error:
        from flux.report.streams import writing_to

        is_other = error.filename is not None or isinstance(error, FileNotFoundError)
        with reporting(json=False), nullcontext() if is_other else writing_to(sys.stdout):
            raise
        raise Exit from None


def _typed(program: Program) -> str:
    """Return the name of the program as people type it."""
    return program.binary.removesuffix("[oke]")
