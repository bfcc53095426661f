"""What every command needs, and the one place where errors are caught."""

import logging
import os
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from invoke.context import Context
from invoke.exceptions import Exit

from flux.settings import read_settings, require_section, take_environment

if TYPE_CHECKING:
    from flux.monorepo.monorepo import Monorepo
    from flux.report.report import Report

_ENVIRONMENT = take_environment()


@dataclass(frozen=True)
class Run:
    """One command, running. `variables` are the settings that the environment had, and has no more."""

    monorepo: "Monorepo"
    report: "Report"
    variables: Mapping[str, str]


@contextmanager
def running(
    context: Context, json: bool, *, dry_run: bool = False, pushes: bool = False, wide: bool = False
) -> Iterator[Run]:
    """For the time of one command, which needs all of this to be right from the start."""
    with reporting(json, wide) as report:
        from flux.event import read_event
        from flux.monorepo.opening import open_monorepo

        event = read_event()
        require_section(context.config.keys())
        settings = read_settings(*configuration(context))
        with open_monorepo(settings, event, dry_run=dry_run, pushes=pushes) as monorepo:
            yield Run(monorepo, report, _ENVIRONMENT)
            for action in monorepo.would_have:
                report.log(f"would {action}")


@contextmanager
def reporting(json: bool, wide: bool = False) -> Iterator["Report"]:
    """Every error is turned into what people read, and an exit code."""
    from flux.errors import FluxError
    from flux.event import read_surroundings
    from flux.packages import missing_package
    from flux.report.report import Report

    report = Report(read_surroundings(), json, wide)
    try:
        yield report
        sys.stdout.flush()
    except (FluxError, ModuleNotFoundError) as error:
        if logging.getLogger("invoke").isEnabledFor(logging.DEBUG):
            traceback.print_exc()
        told = error if isinstance(error, FluxError) else missing_package(error)
        report.error(told)
        raise Exit(code=told.exit_code) from error
    except OSError as error:
        if error.filename is not None:
            report.error(FluxError(f"{os.fsdecode(error.filename)}: {error.strerror}"))
            raise Exit(code=1) from error
        # What has no name is what is printed, on a full disk. Nothing more is to be written there, not even
        # by the interpreter when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        report.error(FluxError(f"the output could not be written: {error.strerror}"))
        raise Exit(code=1) from error
    except KeyboardInterrupt:
        report.notice("interrupted; run the same command again, it continues from here")
        sys.stdout.flush()
        from flux.registry.flux_cli.staging import remove_staged

        remove_staged()
        os._exit(130)  # not waiting for requests under way; whatever they leave, the next run repairs


def configuration(context: Context) -> tuple[object, Mapping[str, str]]:
    """What the settings are read from."""
    return _plain(context.config.get("flux")), _ENVIRONMENT


def names(artifacts: list[str] | None) -> list[str]:
    """What `-a` was given. Raises RequestError for an empty name."""
    listed = [name for given in artifacts or () for name in given.split(",")]
    if "" in listed:
        from flux.errors import RequestError

        raise RequestError("-a has an empty name", "name an artifact, or leave -a out for all of them")
    return listed


def issue_number(given: str) -> int:
    """Raises RequestError for what is no issue's number."""
    digits = given.removeprefix("#")
    if not digits.isdecimal() or not digits.isascii() or int(digits) == 0:
        from flux.errors import RequestError

        raise RequestError(f"{given!r} is no number of an issue", "say it as `inv issue.apply 3`")
    return int(digits)


def _plain(value: Any) -> Any:
    """Invoke's configuration as plain dictionaries and lists."""
    if isinstance(value, Mapping) or hasattr(value, "_config"):
        return {key: _plain(value[key]) for key in value}
    return value
