"""Runs a command: sets up what every command needs, and catches all errors."""

import errno
import gc
import logging
import os
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from invoke.context import Context
from invoke.exceptions import Exit

from flux.configured import take_environment

if TYPE_CHECKING:
    from flux.errors import FluxError
    from flux.monorepo.monorepo import Monorepo
    from flux.report.report import Report

# The modules loaded so far stay in memory until the end. The garbage collector can skip them.
gc.freeze()
# A command makes many objects and few cycles, and it ends soon. It needs few collections.
gc.set_threshold(50_000)
_ENVIRONMENT = take_environment()
_OF_LIMITS = (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN)
_PLACE = "check the disk and its permissions, or name another place"
_LIMITS = "raise the limits of this process (`ulimit -a` shows them), or set `jobs` lower"


def _open_closed_streams() -> None:
    """Open the null device for each closed standard stream (`>&-`). Python has None for these."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))


_open_closed_streams()


class Run(NamedTuple):
    """A running command. `variables` are the settings that were taken from the environment."""

    monorepo: "Monorepo"
    report: "Report"
    variables: Mapping[str, str]


@contextmanager
def running(
    context: Context, json: bool, *, dry_run: bool = False, pushes: bool = False, wide: bool = False
) -> Iterator[Run]:
    """Set up a command and run its body. Errors in the setup stop the command before it begins."""
    observing = observes(context)
    dry_run = dry_run or observing
    with reporting(json, wide, dry_run) as report:
        from flux.event import read_event
        from flux.monorepo.opening import open_monorepo
        from flux.settings import read_settings, require_section

        event = read_event()
        require_section(context.config.keys())
        settings = read_settings(*configuration(context))
        if observing:
            report.notice("mode: observe: nothing is written; this is what would be done")
        with open_monorepo(settings, event, dry_run=dry_run, pushes=pushes) as monorepo:
            try:
                yield Run(monorepo, report, _ENVIRONMENT)
            finally:
                for action in monorepo.would_have:
                    report.would(action)


@contextmanager
def reporting(json: bool, wide: bool = False, dry_run: bool = False) -> Iterator["Report"]:
    """Turn every error into a message and an exit code."""
    from flux.errors import FluxError
    from flux.event import read_surroundings
    from flux.report.report import Report

    report = Report(read_surroundings(), json, wide, dry_run)
    try:
        yield report
    except KeyboardInterrupt:
        _interrupted(report)
    except Exit:
        _finish(report)
        raise
    except (FluxError, ModuleNotFoundError, OSError) as error:
        ended = _tell(report, error)
        _finish(report)
        raise ended from error
    _finish(report)


def _finish(report: "Report") -> None:
    try:
        report.finish()
    except OSError as error:
        raise _tell(report, error) from error


def _tell(report: "Report", error: "FluxError | ModuleNotFoundError | OSError") -> Exit:
    """Print the error, and return the exit code."""
    from flux.errors import FluxError
    from flux.packages import missing_package
    from flux.report.streams import OutputError, silence

    if logging.getLogger("invoke").isEnabledFor(logging.DEBUG):
        traceback.print_exception(error)
    if isinstance(error, FluxError):
        told = error
    elif isinstance(error, ModuleNotFoundError):
        told = missing_package(error)
    elif isinstance(error, OutputError):
        silence(sys.stdout)
        told = FluxError(f"the output could not be written: {error.strerror}")
    elif error.filename is not None:
        told = FluxError(f"{os.fsdecode(error.filename)}: {error.strerror}", _PLACE)
    else:
        hint = (
            _LIMITS if error.errno in _OF_LIMITS else "run `inv --debug` with the same words: it shows where"
        )
        told = FluxError(f"this machine refused: {error.strerror or error}", hint)
    report.error(told)
    return Exit(code=told.exit_code)


def _interrupted(report: "Report") -> NoReturn:
    """Exit without waiting for pending requests. The next run repairs what they leave."""
    from flux.registry.flux_cli.staging import remove_staged
    from flux.step import stop

    report.interrupted()
    report.finish()
    remove_staged()
    stop()
    os._exit(130)


def configuration(context: Context) -> tuple[object, Mapping[str, str]]:
    """Return the sources of the settings: the configuration and the variables."""
    return _plain(context.config.get("flux")), _ENVIRONMENT


def observes(context: Context) -> bool:
    """Whether the settings ask to write nothing. Errors in the settings are reported later."""
    configured, variables = configuration(context)
    given: list[object] = [each for name, each in variables.items() if name.upper() == "INVOKE_FLUX_MODE"]
    said = configured.get("mode") if isinstance(configured, Mapping) else None
    return "observe" in (given or [said])


def artifact_names(artifacts: list[str] | None) -> list[str]:
    """Return the values of `-a`. Raises RequestError for an empty name."""
    listed = [name for given in artifacts or () for name in given.split(",")]
    if "" in listed:
        from flux.errors import RequestError

        raise RequestError("-a has an empty name", "name an artifact, or leave -a out for all of them")
    return listed


def duration(given: str) -> int:
    """Return the seconds of a duration. Raises RequestError if the text is not a duration."""
    from flux.errors import RequestError
    from flux.promotion.gates.duration import read_duration

    try:
        return read_duration(given)
    except ValueError:
        raise RequestError(f"{given!r} is not a duration", "write it as 30m, 2h or 1d12h") from None


def require_output_folder(file: str | None) -> None:
    """Raises RequestError if the folder of an output file does not exist. Call it before any work."""
    from flux.errors import RequestError

    path = None if file is None else Path(file)
    if path and (path.is_dir() or not path.parent.is_dir()):
        raise RequestError(f"{file} is in a folder that does not exist", "make the folder, or name another")
    if path and not os.access(path if path.exists() else path.parent, os.W_OK):
        raise RequestError(f"{file} cannot be written", "name a file in a folder that you may write to")


def forge_number(given: str, what: str, command: str) -> int:
    """Return the number that a text says. `what` is `an issue` or `a pull request`.

    Raises RequestError, with an example of `command`, if the text is not a valid number.
    """
    digits = given.removeprefix("#")
    if not digits.isdecimal() or not digits.isascii() or int(digits) == 0:
        from flux.errors import RequestError

        raise RequestError(f"{given!r} is not the number of {what}", f"say it as `inv {command} 3`")
    return int(digits)


def _plain(value: Any) -> Any:
    """Return Invoke's configuration as plain dictionaries and lists."""
    if isinstance(value, Mapping) or hasattr(value, "_config"):
        return {key: _plain(value[key]) for key in value}
    return value
