"""The task that takes a monorepo over from an earlier system."""

from pathlib import Path

from invoke.context import Context
from invoke.exceptions import Exit

from flux.running import configuration, running
from flux.tasks.command import command
from flux.tasks.options import DRY_RUN, JSON


@command(
    example="init --dry-run",
    help={
        "check": "prove that no tag would move; exit code 1 with a list of exceptions",
        "fleet": "a checkout of the clusters' repository, to read which tags clusters follow",
        "force": "overwrite files that differ from the proposed ones",
        "uses": "the repository that the workflows call: OWNER/REPOSITORY@COMMIT",
        "dry-run": DRY_RUN,
        "json": JSON,
    },
)
def init(
    context: Context,
    check: bool = False,
    fleet: str | None = None,
    force: bool = False,
    uses: str | None = None,
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Set up a monorepo: propose settings, workflows and the desired state."""
    with running(context, json, dry_run=True) as run:
        if check:
            from flux.commands.init import check_adoption
            from flux.report.init import show_proof

            exceptions = check_adoption(run.monorepo, uses or "")
            show_proof(run.report, exceptions)
            if exceptions:
                raise Exit(code=1)
            return
        from flux.commands.init import plan_adoption, require_no_gaps, write_adoption
        from flux.report.init import show_adoption

        place = Path(fleet) if fleet else None
        adoption = plan_adoption(run.monorepo, *configuration(context), place, uses or "")
        writes = not dry_run and not adoption.gaps
        written = write_adoption(run.monorepo.git.root, adoption, force) if writes else []
        show_adoption(run.report, adoption, written, dry_run)
        require_no_gaps(adoption)
        if written:
            run.report.next("inv init --check", first="commit the files")
        if writes and any(file not in written for file in adoption.differing):
            raise Exit(code=1)
