"""A task of Invoke that respects all flags, and shows its usage."""

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from inspect import Signature
from textwrap import wrap
from typing import Any

from invoke.context import Context
from invoke.parser.argument import Argument
from invoke.tasks import Task, task

from flux.errors import RequestError
from flux.running import observes, reporting
from flux.tasks.arguments import count_words, find_empty, find_fault, find_idle, find_taken, has_third_word

_LETTERS = {"artifact": "a", "dry_run": "n", "json": "j"}
"""The options that have a letter. It is the same in every command."""

_WIDTH = 80

_METAVARS = {
    "artifact": "NAME",
    "behind": "TIME",
    "digests": "FILE",
    "event": "FILE",
    "fleet": "FOLDER",
    "output": "FOLDER",
    "uses": "OWNER/REPOSITORY@COMMIT",
    "override": "REASON",
    "port": "N",
    "since": "REF",
    "to": "VERSION",
    "unattested": "FILE",
    "until": "TIME",
}


def command(
    *,
    example: str,
    third: str = "",
    optional: Sequence[str] = (),
    metavars: Mapping[str, str] | None = None,
    **options: Any,
) -> Callable[[Callable[..., None]], Any]:
    """Make a command. `example` is a command line without the program. The argument `third` may be the third
    word, if that looks like a version. The arguments in `optional` may be the words after the required ones,
    in this order. `metavars` has the placeholders of values in the help."""
    return task(
        klass=Command, example=example, third=third, optional=optional, metavars=metavars or {}, **options
    )


class _Option(Argument):
    """An argument that is cheap to copy and to log. Invoke does both with the arguments of all commands."""

    def __copy__(self) -> "_Option":
        made = object.__new__(_Option)
        made.__dict__.update(self.__dict__)
        return made

    def __deepcopy__(self, memo: object) -> "_Option":
        """Return a shallow copy: nobody changes the parts of an argument."""
        return self.__copy__()

    def __repr__(self) -> str:
        return f"<Argument: {self.names[0]}>"


class Command(Task[Any]):
    """A command. Invoke's own `--dry` means `--dry-run`. An option that would do nothing is refused."""

    def __init__(
        self,
        body: Callable[..., None],
        *,
        example: str,
        third: str,
        optional: Sequence[str],
        metavars: Mapping[str, str],
        **options: Any,
    ) -> None:
        self._signature: Signature | None = None
        self._made: list[Argument] | None = None
        super().__init__(body, auto_shortflags=False, **options)
        self.summary = self.__doc__ or ""
        self.example = example
        self.third = third
        self.optional = tuple(optional)
        self._metavars = _METAVARS | dict(metavars)

    def __call__(self, *args: Any, **values: Any) -> Any:
        _keep_bytecode()
        context: Context = args[0]
        fault = find_fault(sys.argv[1:]) or find_idle(
            getattr(context.config, "_overrides", {}), context.remainder
        )
        # Invoke accepts the option of an optional word without a value, and passes True.
        for name in self.optional:
            if values.get(name) is True:
                fault = fault or RequestError(f"--{name} needs a value", "give it one, or leave it out")
        fault = fault or find_empty({word: values.get(word) for word in self.words})
        fault = fault or find_taken({f"--{name.replace('_', '-')}": value for name, value in values.items()})
        if context.config.run.dry or observes(context):
            if "dry_run" in values:
                values["dry_run"] = True
            elif self.name == "demo":
                fault = RequestError("demo has no dry run", "it writes only to its own folder")
        if fault:
            with reporting(bool(values.get("json")), dry_run=bool(values.get("dry_run"))):
                raise fault
        return super().__call__(*args, **values)

    def __deepcopy__(self, memo: object) -> "Command":
        """Return a shallow copy: Invoke copies every command, and nobody changes their parts."""
        return copy(self)

    @property
    def usage(self) -> str:
        """The words and options of the command line, in the order that is required."""
        arguments = self._arguments()
        words = [argument.names[0].upper() for argument in arguments if argument.positional]
        left_out = [*self.optional, *([self.third] if self.third else [])]
        options = [self._option(a) for a in arguments if not a.positional and a.name not in left_out]
        return " ".join([self.typed, *words, *(f"[{name.upper()}]" for name in left_out), *options])

    def shown_usage(self, program: str) -> str:
        """Return the usage for the help. The lines fit, and an option and its value stay on one line."""
        parts = re.findall(r"\[[^]]*\]|\S+", f"Usage: {program} {self.usage}")
        joined = " ".join(part.replace(" ", "\0") for part in parts)
        lines = wrap(joined, _WIDTH, subsequent_indent=" " * len("Usage: "), break_on_hyphens=False)
        return "\n".join(lines).replace("\0", " ")

    @property
    def words(self) -> list[str]:
        """The arguments that are words, in order. Those that may be left out come last."""
        required = [argument.names[0] for argument in self._arguments() if argument.positional]
        return [*required, *self.optional, *([self.third] if self.third else [])]

    @property
    def required_words(self) -> int:
        return sum(argument.positional for argument in self._arguments())

    @property
    def valued_options(self) -> dict[str, str]:
        """The argument of each option that takes a value, by each spelling of the option."""
        return {
            f"-{'-' * (len(name) > 1)}{name}": argument.names[0]
            for argument in self._arguments()
            if argument.takes_value
            for name in argument.names
        }

    @property
    def options(self) -> list[str]:
        return [f"--{argument.names[0]}" for argument in self._arguments()]

    @property
    def is_narrowed(self) -> bool:
        """Whether `-a` limits it to some artifacts."""
        return "artifact" in self.iterable

    def help_rows(self) -> list[tuple[str, str | None]]:
        """Return each word and option with its help."""
        return [(self._help_of(argument), argument.help) for argument in self._arguments()]

    @property
    def typed(self) -> str:
        """The name of the command, with the names of its collections: `issue.sync`."""
        return self.example.split()[0]

    def get_arguments(self, ignore_unknown_help: bool | None = None) -> list[Argument]:
        """Return the arguments. An optional word is positional only if it is given: Invoke requires those."""
        arguments = self._arguments()
        flags = {f"--{name}" for a in arguments if a.takes_value for name in a.names}
        takes_value = {*flags, "-a"}.__contains__
        if self.third and has_third_word(self.typed, sys.argv[1:], takes_value):
            _take_as_word(arguments, self.third)
        if self.optional:
            given = count_words(self.typed, sys.argv[1:], takes_value, _is_command)
            given = max(0, given - sum(argument.positional for argument in arguments))
            for name in self.optional[:given]:
                _take_as_word(arguments, name)
        return arguments

    def _arguments(self) -> list[Argument]:
        """Return copies. The arguments are made once, but Invoke asks several times."""
        if self._made is None:
            whole, self.help = self.help, dict(self.help)
            try:
                self._made = super().get_arguments()
            finally:
                self.help = whole
            for argument in self._made:
                argument.__class__ = _Option
        return [copy(argument) for argument in self._made]

    def argspec(self, body: Callable[..., None]) -> Signature:
        """Return the signature, which is also read only once."""
        if self._signature is None:
            self._signature = super().argspec(body)
        return self._signature

    def _option(self, argument: Argument) -> str:
        name = f"-{argument.nicknames[0]}" if argument.nicknames else f"--{argument.names[0]}"
        return f"[{name}{self._value(argument)}]"

    def _help_of(self, argument: Argument) -> str:
        if argument.positional:
            return argument.names[0].upper()
        letters = [f"-{letter}" for letter in argument.nicknames]
        return f"{', '.join([*letters, f'--{argument.names[0]}'])}{self._value(argument)}"

    def _value(self, argument: Argument) -> str:
        name = argument.names[0]
        return f" {self._metavars.get(name, name.upper())}" if argument.takes_value else ""

    def arg_opts(self, name: str, default: str, taken_names: set[str]) -> dict[str, Any]:
        options = super().arg_opts(name, default, taken_names)
        if name in _LETTERS:
            options["names"].append(_LETTERS[name])
        return options


def _take_as_word(arguments: list[Argument], name: str) -> None:
    """Make an argument the next positional one."""
    at = sum(argument.positional for argument in arguments)
    (taken,) = (argument for argument in arguments if argument.name == name)
    taken.positional = True
    arguments.remove(taken)
    arguments.insert(at, taken)


def _is_command(word: str) -> bool:
    from flux.tasks import ns

    return any(word == name or word in aliases for name, aliases in ns.task_names.items())


def _keep_bytecode() -> None:
    """Let Python keep what it compiles from now on, unless it was told otherwise.

    Invoke forbids it, so that no `__pycache__` appears beside tasks.py. Without an installer that compiles,
    every command would compile its modules again.
    """
    sys.dont_write_bytecode = bool(sys.flags.dont_write_bytecode)
