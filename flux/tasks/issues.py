"""The tasks for promotion issues."""

from invoke.context import Context
from invoke.exceptions import Exit

from flux.running import forge_number, running
from flux.tasks.command import command
from flux.tasks.options import DRY_RUN, JSON


@command(
    example="issue flux-oci-eso-v3.10.0",
    name="open",
    default=True,
    positional=["tag"],
    help={"tag": "a release tag", "dry-run": DRY_RUN, "json": JSON},
)
def open_(context: Context, tag: str, dry_run: bool = False, json: bool = False) -> None:
    """Open the promotion issue of a release, or find the existing one."""
    with running(context, json, dry_run=dry_run) as run:
        from flux.commands.issue.open import open_issue_of
        from flux.report.issue.open import show_issue

        opened = open_issue_of(run.monorepo, tag)
        show_issue(run.report, opened)
        if opened.issue and not dry_run:
            run.report.next(f"inv issue.apply {opened.issue.number}", first="tick a box in it")


@command(
    example="issue.apply 3",
    positional=["number"],
    help={"number": "a promotion issue", "dry-run": DRY_RUN, "json": JSON},
)
def apply(context: Context, number: str, dry_run: bool = False, json: bool = False) -> None:
    """Turn the boxes ticked in a promotion issue into its pull request."""
    with running(context, json, dry_run=dry_run) as run:
        from flux.commands.issue.apply import apply_issue
        from flux.report.issue.apply import show_applied

        applied = apply_issue(run.monorepo, forge_number(number, "an issue", "issue.apply"))
        show_applied(run.report, applied, dry_run)
        if applied.failed:
            raise Exit(code=1)
        if applied.proposed and not dry_run:
            run.report.next("inv tag", first="merge the pull request")


@command(example="issue.sync --dry-run", help={"dry-run": DRY_RUN, "json": JSON})
def sync(context: Context, dry_run: bool = False, json: bool = False) -> None:
    """Bring promotion issues and pull requests up to date with main and registry."""
    with running(context, json, dry_run=dry_run) as run:
        from flux.commands.issue.sync import sync_all
        from flux.report.issue.sync import show_sync

        synced = sync_all(run.monorepo, run.report.working)
        show_sync(run.report, synced, dry_run)
        if synced.failed:
            raise Exit(code=1)
        if not dry_run and any(one.repaired for one in synced.promotions):
            run.report.next("inv status")
