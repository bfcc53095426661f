"""The task that shows where something is."""

from invoke.context import Context

from flux.running import running
from flux.tasks.command import command
from flux.tasks.options import JSON


@command(
    name="open",
    example="open eso",
    positional=["what"],
    help={"what": "a release tag, the number of an issue or a pull request, or an artifact", "json": JSON},
)
def open_place(context: Context, what: str, json: bool = False) -> None:
    """Open the page of a release, an issue or an artifact, or print its path."""
    with running(context, json) as run:
        from flux.commands.open import place_to_open
        from flux.report.open import show_opened

        show_opened(run.report, place_to_open(run.monorepo, what))
