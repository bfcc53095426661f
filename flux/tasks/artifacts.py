"""The tasks for artifacts: list them, find what changed, check them, build them."""

from invoke.context import Context
from invoke.exceptions import Exit

from flux.running import artifact_names, require_output_folder, running
from flux.tasks.command import command
from flux.tasks.options import ARTIFACT, DIGESTS, DRY_RUN, JSON, SINCE, WIDE


@command(example="list", name="list", help={"json": JSON})
def list_(context: Context, json: bool = False) -> None:
    """List the artifacts, with the last release of each and the commits since."""
    with running(context, json) as run:
        from flux.commands.list import list_artifacts
        from flux.report.list import show_listing

        show_listing(run.report, list_artifacts(run.monorepo))


@command(
    example="changed --since v1",
    help={"since": SINCE, "diff": "also show how the files differ", "json": JSON},
)
def changed(context: Context, since: str | None = None, diff: bool = False, json: bool = False) -> None:
    """Show which artifacts changed, and the files that changed."""
    with running(context, json) as run:
        from flux.commands.changed import list_changed
        from flux.report.changed import show_changed

        show_changed(run.report, *list_changed(run.monorepo, since, with_files=diff))


@command(
    example="check --changed",
    iterable=["artifact"],
    help={
        "artifact": ARTIFACT,
        "changed": "check only the artifacts that the change affects",
        "since": f"with --changed: {SINCE}",
        "json": JSON,
    },
)
def check(
    context: Context,
    artifact: list[str] | None = None,
    changed: bool = False,
    since: str | None = None,
    json: bool = False,
) -> None:
    """Check whether Flux would accept the artifacts and the desired state."""
    with running(context, json) as run:
        from flux.commands.check import check_artifacts
        from flux.report.check import show_check

        checked = check_artifacts(
            run.monorepo,
            artifact_names(artifact),
            run.report.working,
            changed=changed or since is not None,
            since=since,
        )
        show_check(run.report, checked)
        if checked.failed:
            raise Exit(code=1)


@command(
    example="build -a eso --dry-run",
    iterable=["artifact"],
    help={
        "artifact": ARTIFACT,
        "changed": "build only what `inv changed` lists",
        "since": f"with --changed: {SINCE}",
        "digests": DIGESTS,
        "dry-run": DRY_RUN,
        "wide": WIDE,
        "json": JSON,
    },
)
def build(
    context: Context,
    artifact: list[str] | None = None,
    changed: bool = False,
    since: str | None = None,
    digests: str | None = None,
    dry_run: bool = False,
    wide: bool = False,
    json: bool = False,
) -> None:
    """Build artifacts and push them with their commit tag and `latest`."""
    with running(context, json, wide=wide, dry_run=dry_run, pushes=True) as run:
        from flux.commands.build import not_committed, observe_built, plan_build
        from flux.parallel import meanwhile
        from flux.report.build import building, show_build
        from flux.report.changed import show_uncommitted
        from flux.report.observe_mode import show_observed

        require_output_folder(digests)
        names = artifact_names(artifact)
        with meanwhile(lambda: not_committed(run.monorepo, names)) as uncommitted:
            plan = plan_build(run.monorepo, names, changed or since is not None, since)
            show_uncommitted(run.report, uncommitted())
        with building(run.report, len(plan.names), dry_run) as on_result:
            built = plan.build(on_result)
        show_build(run.report, built, digests, dry_run)
        show_observed(run.report, observe_built(run.monorepo, built))
        if built.failed:
            raise Exit(code=1)
        if built.changed and not dry_run:
            run.report.next(f"inv release {built.changed[0].artifact} minor")
