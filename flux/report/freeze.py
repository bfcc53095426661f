"""What `inv freeze` and `inv unfreeze` show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flux.promotion.gates.gate import ends
from flux.report.text import place

if TYPE_CHECKING:
    from flux.commands.freeze import Frozen
    from flux.promotion.gates.freeze import Freeze
    from flux.report.report import Report


def show_frozen(report: Report, frozen: Frozen, dry_run: bool) -> None:
    if report.document(document(frozen)):
        return
    pull = frozen.pull_request
    if pull is None:
        report.print("It is frozen so already.")
    elif dry_run:
        report.print(f"Would open a pull request: {pull.title}")
    else:
        report.print(f"{pull.title}: merge pull request {pull.number}, {place(pull.url)}")
    for each in frozen.freezes:
        report.print(f"then frozen: {line(each)}")


def line(freeze: Freeze) -> str:
    until = f" until {ends(freeze.until)}" if freeze.until is not None else ""
    return f"{freeze.phase or 'every phase'}{until}, by {freeze.by}: {freeze.reason}"


def document(frozen: Frozen) -> dict[str, Any]:
    """Times are seconds since the epoch."""
    pull = frozen.pull_request
    return {
        "pull_request": {"number": pull.number, "url": pull.url, "branch": pull.branch} if pull else None,
        "freezes": [
            {"phase": each.phase or None, "reason": each.reason, "by": each.by, "until": each.until}
            for each in frozen.freezes
        ],
    }
