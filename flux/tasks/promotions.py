"""The tasks for promotions that people ask for by name."""

from typing import TYPE_CHECKING

from invoke.context import Context
from invoke.exceptions import Exit

from flux.running import Run, running
from flux.tasks.command import command
from flux.tasks.options import DRY_RUN, JSON

if TYPE_CHECKING:
    from flux.proposals.converge import Proposed

_WHERE = {
    "artifact": "the artifact",
    "environment": "an environment, or a phase for all of its environments",
}
_OVERRIDE = "override the rules, for this reason; it is recorded and shown"
_VERSION = "a published version; by default the newest stable release"


@command(
    example="promote eso prod 3.10.0",
    third="version",
    positional=["artifact", "environment"],
    help={
        **_WHERE,
        "version": _VERSION,
        "override": _OVERRIDE,
        "dry-run": DRY_RUN,
        "json": JSON,
    },
)
def promote(
    context: Context,
    artifact: str,
    environment: str,
    version: str | None = None,
    override: str | None = None,
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Open or update the pull request that promotes to an environment or a phase."""
    with running(context, json, dry_run=dry_run) as run:
        from flux.commands.promote import promote as propose

        _show(run, propose(run.monorepo, artifact, environment, version, override))


@command(
    example="rollback eso prod_ring1",
    positional=["artifact", "environment"],
    help={
        **_WHERE,
        "to": "the version to go back to; by default the last lower one that was there",
        "override": _OVERRIDE,
        "dry-run": DRY_RUN,
        "json": JSON,
    },
)
def rollback(
    context: Context,
    artifact: str,
    environment: str,
    to: str | None = None,
    override: str | None = None,
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Open the pull request that rolls an environment or a phase back."""
    with running(context, json, dry_run=dry_run) as run:
        from flux.commands.rollback import roll_back

        _show(run, roll_back(run.monorepo, artifact, environment, to, override))


@command(
    example="diff eso prod 3.10.0",
    third="version",
    positional=["artifact", "environment"],
    help={
        **_WHERE,
        "version": _VERSION,
        "json": JSON,
    },
)
def diff(
    context: Context, artifact: str, environment: str, version: str | None = None, json: bool = False
) -> None:
    """Show what promoting a version would change in an environment, file by file."""
    with running(context, json) as run:
        from flux.commands.diff import compare_version
        from flux.report.diff import show_diff

        show_diff(run.report, compare_version(run.monorepo, artifact, environment, version))


def _show(run: Run, proposed: "Proposed") -> None:
    """Show what is proposed, and the next command. Raises Exit with code 1 if a branch is stopped."""
    from flux.report.promote import show_proposed

    dry_run = run.monorepo.dry_run
    show_proposed(run.report, proposed, dry_run)
    if proposed.stopped:
        raise Exit(code=1)
    if proposed.pull_request and not dry_run:
        run.report.next("inv tag", first="merge the pull request")
