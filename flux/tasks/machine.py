"""The tasks for this machine: a demo, a doctor and a local registry."""

from invoke.context import Context
from invoke.exceptions import Exit

from flux.running import artifact_names, configuration, reporting, running
from flux.tasks.command import command
from flux.tasks.options import DRY_RUN, JSON


@command(
    example="demo -a eso",
    iterable=["artifact"],
    help={
        "artifact": "the artifact to change; by default the first that fits",
        "folder": "a new or empty folder for the clone; by default a temporary one",
        "progress": "show how rules promote versions, and how a failing cluster stops one",
        "json": JSON,
    },
)
def demo(
    context: Context,
    artifact: list[str] | None = None,
    folder: str | None = None,
    progress: bool = False,
    json: bool = False,
) -> None:
    """Play the story of a change, from commit to tag, in a second clone."""
    with running(context, json) as run:
        from flux.commands.demo import begin_demo, set_stage
        from flux.report.demo import document, show_beginning, show_end, show_typed, show_why
        from flux.report.text import some
        from flux.shell import Shell, free_folder, name_of_inv

        stage = set_stage(run.monorepo, artifact_names(artifact), progress)
        if stage.left_out:
            run.report.notice(f"not committed, so not in the demo: {some(stage.left_out)}")
        place = free_folder(folder)
        plan = begin_demo(run.monorepo, stage, place)
        show_beginning(run.report, plan)
        shell = Shell(place, {**run.variables, **plan.variables}, quiet=json)
        for scene in plan.scenes:
            show_why(run.report, scene.why)
            for command in scene.typed:
                show_typed(run.report, command)
                shell.type(command)
        show_end(run.report, plan, name_of_inv(), place)
        run.report.document(document(plan, place))


@command(
    example="registry.up --port 5001",
    help={
        "port": "the port on 127.0.0.1; by default 5001, or a free one",
        "image": "the image of the registry; by default registry:3",
        "dry-run": DRY_RUN,
        "json": JSON,
    },
)
def up(
    context: Context,
    port: str | None = None,
    image: str | None = None,
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Start a local registry in a container, or find the running one."""
    with running(context, json, dry_run=dry_run) as run:
        from flux.commands.registry.up import bring_up
        from flux.report.registry.up import show_up

        with run.report.working("starting"):
            local = bring_up(port, image, dry_run)
        show_up(run.report, local, dry_run)


@command(
    example="registry.down --purge", help={"purge": "also delete its data", "dry-run": DRY_RUN, "json": JSON}
)
def down(context: Context, purge: bool = False, dry_run: bool = False, json: bool = False) -> None:
    """Stop the local registry."""
    with running(context, json, dry_run=dry_run) as run:
        from flux.commands.registry.down import bring_down
        from flux.report.registry.down import show_down

        show_down(run.report, bring_down(purge, dry_run), dry_run)


@command(example="doctor", help={"json": JSON})
def doctor(context: Context, json: bool = False) -> None:
    """Check what the commands need, and show how to fix what is missing."""
    with reporting(json) as report:
        from flux.commands.doctor import examine
        from flux.report.doctor import show_doctor

        lines = examine(*configuration(context))
        if show_doctor(report, lines).failed:
            raise Exit(code=1)
