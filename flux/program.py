"""The program `flux-artifacts`: the commands of `inv` without a tasks.py, with this package's errors."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from invoke.context import Context
from invoke.exceptions import Exit
from invoke.program import Program

from flux.configured import FILES
from flux.errors import FluxError, RequestError
from flux.running import configuration
from flux.tasks import ns
from flux.tasks.invoked import names_of, reading_configuration, refuse, refusing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from invoke.parser.argument import Argument


_NAME = "flux-artifacts"

_IDLE = ("command-timeout", "echo", "hide", "prompt-for-sudo-password", "pty", "warn-only")
"""Options for shell commands. No command runs any, so these are refused and not shown."""

_HELP = {
    "dry": "For every command: show what would be done, write nothing.",
    "debug": "Show tracebacks and Invoke's own debug output.",
}


class FluxProgram(Program):
    """It reads the nearest invoke.yaml, in this folder or above, and needs no tasks.py."""

    def __init__(self) -> None:
        super().__init__(namespace=ns, name=_NAME, binary=_NAME, binary_names=[_NAME])

    def core_args(self) -> list[Argument]:
        arguments: list[Argument] = super().core_args()
        for argument in arguments:
            argument.help = _HELP.get(argument.names[0], argument.help)
        return arguments

    def parse_core(self, argv: list[str] | None) -> None:
        if (shell := _asked_script(argv or sys.argv)) is not None:
            _print_script(shell)
            raise Exit
        with refusing(self):
            try:
                super().parse_core(argv)
            except ValueError:
                # Two options of Invoke take a number.
                refuse(RequestError("--list-depth and --command-timeout take a number", f"`{_NAME} --help`"))

    def parse_collection(self) -> None:
        super().parse_collection()
        self.config.set_project_location(_project(_here()))
        self.config.load_project()

    def parse_cleanup(self) -> None:
        if self.args.complete.value:
            self._complete(sys.argv[1:])
            raise Exit
        super().parse_cleanup()

    def update_config(self, merge: bool = True) -> None:
        with reading_configuration(self.args.config.value):
            super().update_config(merge)

    def print_version(self) -> None:
        from importlib.metadata import PackageNotFoundError, version

        try:
            own = version(_NAME)
        except PackageNotFoundError:  # run from a checkout that is not installed
            own = "(not installed)"
        print(f"{_NAME} {own}, Invoke {version('invoke')}")

    def print_help(self) -> None:
        print(f"Usage: {_NAME} [OPTION…] COMMAND [WORD…] [OPTION…] [COMMAND …]\n\nOptions:\n")
        shown = (help for help in self.initial_context.help_tuples() if not _is_idle(help[0]))
        self.print_columns(list(shown))
        self.list_tasks()

    def _complete(self, words: list[str]) -> None:
        """Print the candidates for the last word, one per line. On an error, print nothing."""
        from flux.event import TERMINAL
        from flux.monorepo.opening import open_monorepo
        from flux.settings import read_settings
        from flux.tasks.completion import COMMAND, OPTION, find_wanted

        commands = {name: self.collection[name] for name in names_of(self)}
        wanted = find_wanted(words[words.index("--") + 1 :] if "--" in words else [], commands)
        found: Iterable[str] = ()
        if wanted.kind == COMMAND:
            found = commands
        elif wanted.kind == OPTION:
            found = commands[wanted.command].options if wanted.command else ("--help", "--list", "--version")
        else:
            from flux.monorepo.completion import candidates

            with suppress(FluxError, OSError):
                settings = read_settings(*configuration(Context(self.config)))
                with open_monorepo(settings, TERMINAL) as monorepo:
                    found = candidates(monorepo, wanted.kind, wanted.command, wanted.given)
        for word in found:
            if word.startswith(wanted.typed):
                print(wanted.begin + word)


def _asked_script(argv: Sequence[str]) -> str | None:
    """Return the shell whose completion script is asked for, or an empty text if none is named."""
    for at, word in enumerate(argv):
        name, equals, value = word.partition("=")
        if name == "--print-completion-script":
            return value if equals else "".join(argv[at + 1 : at + 2])
    return None


def _print_script(shell: str) -> None:
    from importlib.resources import files

    scripts = {each.name.removeprefix("completion."): each for each in (files("flux") / "shells").iterdir()}
    if shell not in scripts:
        refuse(
            RequestError(
                f"there is no completion for the shell {shell!r}", f"say one of {', '.join(sorted(scripts))}"
            )
        )
    print(scripts[shell].read_text(encoding="utf-8"), end="")


def _is_idle(flags: str) -> bool:
    return any(f"--{name}" in flags for name in _IDLE)


def _here() -> Path:
    """Return the current folder. If it is gone, say so and raise Exit with code 2."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        refuse(RequestError("the current folder does not exist any more", "change to one that exists"))


def _project(folder: Path) -> str:
    """Return the nearest folder with settings, from `folder` upwards, or else `folder`."""
    for at in (folder, *folder.parents):
        if any((at / name).is_file() for name in FILES):
            return str(at)
    return str(folder)


def main() -> None:
    try:
        FluxProgram().run()
        sys.stdout.flush()
    except OSError as error:
        from flux.report.streams import silence

        silence(sys.stdout)
        if isinstance(error, BrokenPipeError):  # as in `flux-artifacts --list | head`
            return
        print(f"error: the output could not be written: {error.strerror}", file=sys.stderr)
        sys.exit(FluxError.exit_code)


if __name__ == "__main__":
    main()
