"""The tasks for environments: move their tags, show them, do everything that is due."""

from math import inf

from invoke.context import Context
from invoke.exceptions import Exit

from flux.running import artifact_names, duration, require_output_folder, running
from flux.tasks.command import command
from flux.tasks.options import ARTIFACT, DIGESTS, DRY_RUN, JSON, WIDE
from flux.tasks.watching import WATCH_SECONDS, again_and_again, require_alone


@command(
    example="tag -a eso --dry-run",
    name="tag",
    iterable=["artifact"],
    help={"artifact": ARTIFACT, "dry-run": DRY_RUN, "wide": WIDE, "json": JSON},
)
def tag_(
    context: Context,
    artifact: list[str] | None = None,
    dry_run: bool = False,
    wide: bool = False,
    json: bool = False,
) -> None:
    """Move the environment tags to the versions in the desired state."""
    with running(context, json, wide=wide, dry_run=dry_run, pushes=True) as run:
        from flux.commands.tag import observe_tags, tag_environments
        from flux.report.observe_mode import show_observed
        from flux.report.tag import show_convergence, show_plan

        convergence = tag_environments(
            run.monorepo,
            artifact_names(artifact),
            run.report.working,
            lambda tip, steps: show_plan(run.report, tip, steps),
        )
        show_convergence(run.report, convergence, dry_run, run.monorepo.settings.release_tag)
        show_observed(run.report, observe_tags(run.monorepo, convergence))
        run.report.outputs({"sign-promotions": run.monorepo.settings.sign_promotions})
        if convergence.failed:
            raise Exit(code=1)
        if not dry_run:
            run.report.next("inv issue.sync")


@command(
    example="status -a eso",
    iterable=["artifact"],
    help={
        "artifact": ARTIFACT,
        "check": "also compare the deployed images with git; exit code 1 on drift or a failing cluster",
        "behind": "with --check: also fail when clusters lag for longer than this, such as 30m",
        "watch": "look again every ten seconds, until Ctrl-C",
        "wide": WIDE,
        "json": JSON,
    },
)
def status(
    context: Context,
    artifact: list[str] | None = None,
    check: bool = False,
    behind: str | None = None,
    watch: bool = False,
    wide: bool = False,
    json: bool = False,
) -> None:
    """Show artifacts by environments: desired, actual, drift, open pull requests."""
    checks = check or behind is not None

    def look() -> None:
        with running(context, json, wide=wide) as run:
            from flux.commands.status import is_wrong, read_status
            from flux.report.status import show_status

            allowed = duration(behind) if behind else inf
            found = read_status(run.monorepo, artifact_names(artifact), run.report.working, checks=checks)
            if watch:
                run.report.begin_anew(WATCH_SECONDS)
            show_status(run.report, found, run.monorepo.settings.groups, detailed=bool(artifact))
            if found.drifts and not watch:
                run.report.next("inv tag")
            if is_wrong(found, checks=checks, behind=allowed):
                raise Exit(code=1)

    if watch:
        require_alone(json=json, check=check, behind=behind is not None)
        again_and_again(look)
    else:
        look()


@command(example="reconcile --dry-run", help={"digests": DIGESTS, "dry-run": DRY_RUN, "json": JSON})
def reconcile(
    context: Context, digests: str | None = None, dry_run: bool = False, json: bool = False
) -> None:
    """Do everything that is due: build, publish, issues, pull requests, tags."""
    with running(context, json, dry_run=dry_run, pushes=True) as run:
        from flux.commands.reconcile import Reconciler
        from flux.report.observe_mode import show_observed
        from flux.report.reconcile import show_reconciled

        require_output_folder(digests)
        done = Reconciler(run.monorepo).reconcile(run.report.working)
        release_tag, would = run.monorepo.settings.release_tag, run.monorepo.would_have
        show_reconciled(run.report, done, digests, dry_run, release_tag, would)
        show_observed(run.report, done.observed if run.monorepo.settings.observes else None)
        run.report.outputs({"sign-promotions": run.monorepo.settings.sign_promotions})
        if done.failed:
            raise Exit(code=1)
        if done.repaired and not dry_run:
            run.report.next("inv status")


@command(
    example="log eso prod --since 30d",
    metavars={"since": "TIME"},
    optional=["artifact", "environment"],
    help={
        "artifact": "only this artifact",
        "environment": "only this environment or phase",
        "since": "a date, a time, or how long ago: 2026-11-01, 2026-11-01T10:00Z, 30d",
        "json": JSON,
    },
)
def log(
    context: Context,
    artifact: str | None = None,
    environment: str | None = None,
    since: str | None = None,
    json: bool = False,
) -> None:
    """Show the history of environments: when, which versions, who asked."""
    with running(context, json) as run:
        import time

        from flux.commands.log import choose_log
        from flux.promotion.since import parse_since
        from flux.report.log import show_log

        moment = None if since is None else parse_since(since, time.time())
        show_log(run.report, choose_log(run.monorepo, artifact, environment, moment))
