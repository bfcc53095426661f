"""What `inv` shows: one function a command. Each parses, calls one use case and reports.

Everything heavy is imported by the command that needs it, so that `inv --list` costs what Invoke costs.
"""

import logging
import os
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from invoke.collection import Collection
from invoke.context import Context
from invoke.exceptions import Exit
from invoke.tasks import task

from flux.settings import read_settings, take_environment

if TYPE_CHECKING:
    from flux.event import Event
    from flux.forge.forge import Forge
    from flux.report import Report
    from flux.repository import Repository
    from flux.settings import Settings

_ENVIRONMENT = take_environment()

_ARTIFACT = "only this artifact; repeatable, or several with commas between"
_SINCE = "compare with this commit instead of what started the run"
_JSON = "print one JSON document"
_DRY_RUN = "show what would be done, write nothing"


@task(name="list", help={"json": _JSON})
def list_(context: Context, json: bool = False) -> None:
    """Show the artifacts: last release, commits since, changed or not."""
    with _running(context, json) as run:
        from flux.commands.list import list_artifacts

        run.report.listing(list_artifacts(run.repository, run.settings, run.event))


@task(help={"since": _SINCE, "json": _JSON})
def changed(context: Context, since: str | None = None, json: bool = False) -> None:
    """Show which artifacts changed, and which files say so."""
    with _running(context, json) as run:
        from flux.commands.changed import find_changed

        run.report.changed(find_changed(run.repository, run.settings, run.event, since))


@task(iterable=["artifact"], help={"artifact": _ARTIFACT, "json": _JSON})
def check(context: Context, artifact: list[str] | None = None, json: bool = False) -> None:
    """Check that artifacts are fit to publish, and the desired state."""
    with _running(context, json) as run:
        from flux.commands.check import check as check_artifacts

        with run.report.working("checking") as on_done:
            checked = check_artifacts(run.repository, run.settings, _names(artifact), on_done)
        run.report.check(checked)
        if checked.failed:
            raise Exit(code=1)


@task(
    iterable=["artifact"],
    help={
        "artifact": _ARTIFACT,
        "changed": "only what changed, as `inv changed` says",
        "since": f"with --changed: {_SINCE}",
        "dry-run": _DRY_RUN,
        "json": _JSON,
    },
)
def build(
    context: Context,
    artifact: list[str] | None = None,
    changed: bool = False,
    since: str | None = None,
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Build artifacts and push them with their commit tag and `latest`."""
    with _running(context, json) as run:
        from flux.commands.build import plan_build

        plan = plan_build(
            run.repository,
            run.settings,
            run.event,
            _names(artifact),
            changed or since is not None,
            since,
            dry_run,
        )
        with run.report.building(len(plan.names), dry_run) as on_result:
            built = plan.build(on_result)
        run.report.build(built, dry_run)
        if built.failed:
            raise Exit(code=1)


@task(
    positional=["artifact", "version"],
    help={
        "artifact": "the artifact",
        "version": "a semantic version, or major, minor, patch, prerelease",
        "allow-unchanged": "even if nothing changed since the last release",
        "dry-run": _DRY_RUN,
        "json": _JSON,
    },
)
def release(
    context: Context,
    artifact: str,
    version: str,
    allow_unchanged: bool = False,
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Release an artifact at the commit checked out."""
    with _running(context, json) as run:
        from flux.commands.release import create_release, plan_release

        planned = plan_release(run.repository, run.settings, run.forge, artifact, version, allow_unchanged)
        if dry_run:
            run.report.planned_release(planned)
        else:
            run.report.released(*create_release(run.settings, run.event, run.forge, planned))


@task(positional=["tag"], help={"tag": "a release tag", "dry-run": _DRY_RUN, "json": _JSON})
def publish(context: Context, tag: str, dry_run: bool = False, json: bool = False) -> None:
    """Build a release's artifact at its commit and push it under the version."""
    with _running(context, json) as run:
        from flux.commands.publish import publish as publish_release

        published = publish_release(run.repository, run.settings, run.event, tag, dry_run)
        run.report.published(published, dry_run)
        if published.result and published.result.error:
            raise Exit(code=1)


@task(name="tag", iterable=["artifact"], help={"artifact": _ARTIFACT, "dry-run": _DRY_RUN, "json": _JSON})
def tag_(
    context: Context, artifact: list[str] | None = None, dry_run: bool = False, json: bool = False
) -> None:
    """Converge the environment tags to the desired state at the tip."""
    with _running(context, json) as run:
        from flux.commands.build import open_target_registry
        from flux.commands.tag import converge

        registry = open_target_registry(run.repository, run.settings, run.event, dry_run)
        with run.report.working("tagging") as on_done:
            convergence = converge(run.repository, run.settings, registry, _names(artifact), dry_run, on_done)
        run.report.convergence(convergence)
        if convergence.failed:
            raise Exit(code=1)


@task(
    iterable=["artifact"],
    help={"artifact": _ARTIFACT, "check": "exit code 1 when anything drifts", "json": _JSON},
)
def status(
    context: Context, artifact: list[str] | None = None, check: bool = False, json: bool = False
) -> None:
    """Show artifacts by environments: desired, actual, drift, open pull requests."""
    with _running(context, json) as run:
        from flux.commands.build import open_target_registry
        from flux.commands.status import status as find_status

        registry = open_target_registry(run.repository, run.settings, run.event, dry_run=True)
        with run.report.working("looking") as on_done:
            found = find_status(
                run.repository, run.settings, registry, run.forge_or_none, _names(artifact), on_done
            )
        run.report.status(found)
        if check and found.drifts:
            raise Exit(code=1)


@dataclass(frozen=True)
class _Run:
    settings: "Settings"
    event: "Event"
    repository: "Repository"
    report: "Report"

    @property
    def forge(self) -> "Forge":
        from flux.forge import open_forge

        return open_forge(
            self.settings.forge,
            self.repository,
            api_url=self.event.api_url,
            repository=self.event.repository,
            environment=os.environ,
        )

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
def _running(context: Context, json: bool) -> Iterator[_Run]:
    """What every command needs, and the one place where errors are caught."""
    from flux.errors import FluxError
    from flux.event import read_event, read_surroundings
    from flux.report import Report

    event = read_surroundings()
    try:
        event = read_event()
        settings = read_settings(_plain(context.config.get("flux")), _ENVIRONMENT)
        from flux.forge.token import given_token
        from flux.repository import Access, Repository

        token = given_token(os.environ)
        with Repository(access=Access(event.server_url, token) if token else None) as repository:
            yield _Run(settings, event, repository, Report(event, json))
        sys.stdout.flush()
    except FluxError as error:
        if logging.getLogger("invoke").isEnabledFor(logging.DEBUG):
            traceback.print_exc()
        Report(event, json).error(error)
        raise Exit(code=error.exit_code) from error
    except OSError as error:
        # Only what is printed can still fail so: a reader that went away, as in `inv list | head`, or a full
        # disk. Nothing more is to be written there, not even by the interpreter when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            Report(event, json).error(FluxError(f"the output could not be written: {error.strerror}"))
        raise Exit(code=1) from error
    except KeyboardInterrupt:
        Report(event, json).notice("interrupted; run the same command again, it continues from here")
        sys.stdout.flush()
        os._exit(130)  # not waiting for requests under way; whatever they leave, the next run repairs


def _names(artifacts: list[str] | None) -> list[str]:
    names = [name for given in artifacts or () for name in given.split(",")]
    if "" in names:
        from flux.errors import RequestError

        raise RequestError("-a has an empty name", "name an artifact, or leave -a out for all of them")
    return names


def _plain(value: Any) -> Any:
    """Invoke's configuration as plain dictionaries and lists."""
    if isinstance(value, Mapping) or hasattr(value, "_config"):
        return {key: _plain(value[key]) for key in value}
    return value


ns = Collection(list_, changed, check, build, release, publish, tag_, status)
