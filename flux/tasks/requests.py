"""The task for the pull requests of promotions."""

from invoke.context import Context
from invoke.exceptions import Exit

from flux.running import forge_number, running
from flux.tasks.command import command
from flux.tasks.options import JSON


@command(
    name="check",
    example="request.check 7",
    positional=["number"],
    help={"number": "a pull request", "json": JSON},
)
def check_request(context: Context, number: str, json: bool = False) -> None:
    """Check a promotion's pull request: what it promotes, who asked, who approved."""
    with running(context, json) as run:
        from flux.commands.request.check import check_request as check
        from flux.report.request.check import show_checked

        checked = check(run.monorepo, forge_number(number, "a pull request", "request.check"))
        show_checked(run.report, checked)
        if checked.faults:
            raise Exit(code=1)
