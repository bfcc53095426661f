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

from flux.settings import read_settings, take_environment

if TYPE_CHECKING:
    from flux.event import Event
    from flux.forge.forge import Forge
    from flux.git.clone import Access, Clone
    from flux.monorepo.monorepo import Monorepo
    from flux.registry.target import Registry
    from flux.report.report import Report
    from flux.settings import Settings

_ENVIRONMENT = take_environment()


@dataclass(frozen=True)
class Run:
    """One command, running."""

    settings: "Settings"
    event: "Event"
    repository: "Clone"
    report: "Report"
    variables: Mapping[str, str]
    """The settings that the environment gave, which it has not any more."""

    def registry(self, dry_run: bool) -> "Registry":
        from flux.monorepo.registry import open_target_registry

        return open_target_registry(self.repository, self.settings, self.event, dry_run)

    def monorepo(self, forge: "Forge", dry_run: bool = True) -> "Monorepo":
        """What promotions are about; in a dry run nothing can be pushed to its registry.

        Raises TipUnknownError where the tip cannot be fetched, and OutdatedSettingsError where it has others.
        """
        from flux.monorepo.monorepo import Monorepo
        from flux.monorepo.outdated import require_current_settings

        tip = self.repository.tip(self.settings.branch)
        require_current_settings(self.repository, self.settings, tip)
        return Monorepo(self.repository, self.settings, self.registry(dry_run), forge)

    @contextmanager
    def writing(self, dry_run: bool) -> "Iterator[Forge]":
        """The forge, to write to; in a dry run one that only says what would be written."""
        if not dry_run:
            yield self.forge
            return
        from flux.forge.dry import DryForge

        forge = DryForge(self.forge)
        yield forge
        for action in forge.would:
            self.report.log(f"would {action}")

    @property
    def forge(self) -> "Forge":
        return open_forge(self.settings, self.event, self.repository)

    @property
    def forge_or_none(self) -> "Forge | None":
        """The forge, for what is worth showing without it too."""
        from flux.errors import FluxError

        try:
            return self.forge
        except FluxError as error:
            self.report.notice(f"pull requests are not shown: {error.message}")
            return None


@contextmanager
def running(context: Context, json: bool) -> Iterator[Run]:
    """For the time of one command, which needs all of this to be right from the start."""
    with reporting(json) as report:
        from flux.event import read_event

        event = read_event()
        settings = read_settings(*configuration(context))
        with open_repository(settings, event) as repository:
            yield Run(settings, event, repository, report, _ENVIRONMENT)


@contextmanager
def reporting(json: bool) -> Iterator["Report"]:
    """Every error is turned into what people read, and an exit code."""
    from flux.errors import FluxError
    from flux.event import read_surroundings
    from flux.packages import missing_package
    from flux.report.report import Report

    report = Report(read_surroundings(), json)
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
        # Only what is printed can still fail so: a reader that went away, as in `inv list | head`, or a full
        # disk. Nothing more is to be written there, not even by the interpreter when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
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


def open_repository(settings: "Settings", event: "Event") -> "Clone":
    """The clone that this runs in. Raises RequestError where there is none."""
    from flux.forge.github.token import given_token
    from flux.git.clone import Access, Clone

    token = given_token(os.environ)
    access = Access(event.server_url, token) if token else None
    return Clone(None, access, lambda origin: _find_access(settings, event, origin))


def open_forge(settings: "Settings", event: "Event", repository: "Clone") -> "Forge":
    from flux import forge

    return forge.open_forge(
        settings.forge,
        repository,
        api_url=event.api_url,
        repository=event.repository,
        environment=os.environ,
    )


def _find_access(settings: "Settings", event: "Event", origin: str) -> "Access | None":
    """What git gets when origin refuses it and no variable has a token: that of `gh auth login`."""
    from flux.forge import find_origin_token
    from flux.git.clone import Access

    found = find_origin_token(
        settings.forge,
        origin,
        api_url=event.api_url,
        server_url=event.server_url,
        repository=event.repository,
        environment=os.environ,
    )
    return Access(*found) if found else None


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
