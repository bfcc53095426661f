"""The output of `inv demo` before and after the commands that it runs."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING, Any

from flux.report.text import Styled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from flux.demo.play import Demo
    from flux.report.report import Report


def show_beginning(report: Report, demo: Demo) -> None:
    _say(report, "How a change gets to the clusters, played in a second clone.")
    _say(report, "Images, issues and pull requests are files there. Nothing leaves this machine.")
    show_typed(report, _export(demo.variables))


def show_why(report: Report, why: str) -> None:
    report.print("")
    _say(report, why)


def show_typed(report: Report, command: str) -> None:
    report.print(Styled("$ ", "dim"), Styled(command, "bold"), whole=True)


def show_end(report: Report, demo: Demo, inv: str, folder: Path) -> None:
    """Print the end of the demo. The folder is on the last line."""
    show_why(report, "Everything is still there. To look around, try for example:")
    for command in (f"cd {quote(str(folder))}", _export(demo.variables), *_as_typed(demo.afterwards, inv)):
        show_typed(report, command)
    _say(report, "The folder:")
    report.print(str(folder))


def document(demo: Demo, folder: Path) -> dict[str, Any]:
    return {
        "folder": str(folder),
        "variables": dict(demo.variables),
        "scenes": [{"why": scene.why, "typed": list(scene.typed)} for scene in demo.scenes],
        "afterwards": list(demo.afterwards),
    }


def _say(report: Report, text: str) -> None:
    report.print(Styled(f"# {text}", "cyan"))


def _export(variables: Mapping[str, str]) -> str:
    pairs = [f"{name}={quote(value) if value else ''}" for name, value in variables.items()]
    return f"export {' '.join(pairs)}"


def _as_typed(commands: Sequence[str], inv: str) -> list[str]:
    return [f"{inv} {c.removeprefix('inv ')}" if c.startswith("inv ") else c for c in commands]
