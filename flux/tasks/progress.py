"""The tasks for rules, freezes and reports of clusters."""

from invoke.context import Context
from invoke.exceptions import Exit

from flux.running import running
from flux.tasks.command import command
from flux.tasks.options import DRY_RUN, JSON

_PHASE = "a phase; every phase by default"


@command(
    example="ack --event status.json",
    help={
        "event": "a file with the payload of a GitHub `status` event; in Actions, by default that of the run",
        "dry-run": DRY_RUN,
        "json": JSON,
    },
)
def ack(context: Context, event: str | None = None, dry_run: bool = False, json: bool = False) -> None:
    """Read what a cluster reports, then do what the rules allow."""
    with running(context, json, dry_run=dry_run) as run:
        from flux.commands.ack import acknowledge
        from flux.report.ack import show_acknowledged

        told = acknowledge(run.monorepo, event)
        show_acknowledged(run.report, told)
        if told.advanced.errors:
            raise Exit(code=1)


@command(
    example="rules eso",
    optional=["artifact"],
    help={"artifact": "the artifact whose rules and next steps to show", "json": JSON},
)
def rules(context: Context, artifact: str | None = None, json: bool = False) -> None:
    """Show the rules of the phases, and what happens next and when."""
    with running(context, json) as run:
        from flux.commands.rules import read_rules
        from flux.report.rules import show_rules

        show_rules(run.report, read_rules(run.monorepo, artifact), artifact)


@command(
    example="freeze incident prod --until 2d",
    positional=["reason"],
    optional=["phase"],
    help={
        "reason": "why, in one line",
        "phase": _PHASE,
        "until": "when the freeze ends: 2026-12-24T18:00+01:00, or 2d for in two days",
        "dry-run": DRY_RUN,
        "json": JSON,
    },
)
def freeze(
    context: Context,
    reason: str,
    phase: str | None = None,
    until: str | None = None,
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Open the pull request that freezes a phase: nothing new goes there."""
    with running(context, json, dry_run=dry_run) as run:
        from flux.commands.freeze import freeze as propose
        from flux.report.freeze import show_frozen

        frozen = propose(run.monorepo, reason, phase, until)
        show_frozen(run.report, frozen, dry_run)
        if frozen.pull_request and not (frozen.withdrawn or dry_run):
            run.report.next("inv rules", first="merge the pull request")


@command(
    example="unfreeze prod",
    optional=["phase"],
    help={"phase": _PHASE, "dry-run": DRY_RUN, "json": JSON},
)
def unfreeze(context: Context, phase: str | None = None, dry_run: bool = False, json: bool = False) -> None:
    """Open the pull request that ends a freeze."""
    with running(context, json, dry_run=dry_run) as run:
        from flux.commands.unfreeze import unfreeze as propose
        from flux.report.freeze import show_frozen

        frozen = propose(run.monorepo, phase)
        show_frozen(run.report, frozen, dry_run)
        if frozen.pull_request and not (frozen.withdrawn or dry_run):
            run.report.next("inv reconcile", first="merge the pull request")


@command(
    name="manifests",
    example="cluster.manifests prod_ring1",
    positional=["environment"],
    help={"environment": "an environment, or a phase for all of its environments", "json": JSON},
)
def cluster_manifests(context: Context, environment: str, json: bool = False) -> None:
    """Print the Flux manifests that let an environment's clusters report."""
    with running(context, json) as run:
        from flux.commands.cluster.manifests import cluster_manifests as find_manifests
        from flux.report.cluster.manifests import show_manifests

        show_manifests(run.report, find_manifests(run.monorepo, environment))
