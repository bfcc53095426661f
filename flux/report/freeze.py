"""The output of `inv freeze` and `inv unfreeze`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flux.promotion.texts.times import ends
from flux.report.text import moment_or_none, place

if TYPE_CHECKING:
    from flux.promotion.gates.freeze import Freeze
    from flux.proposals.propose_freezes import Frozen
    from flux.report.report import Report


def show_frozen(report: Report, frozen: Frozen, dry_run: bool) -> None:
    if report.document(document(frozen)):
        return
    pull = frozen.pull_request
    if pull is None:
        report.print("It is already frozen like this.")
    elif frozen.withdrawn:
        report.print(
            f"{'Would close' if dry_run else 'Closed'} pull request {pull.number}: nothing of it is left."
        )
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
    pull = frozen.pull_request
    known = {"number": pull.number or None, "url": pull.url or None, "branch": pull.branch} if pull else None
    return {"pull_request": known, "freezes": [freeze_document(each) for each in frozen.freezes]}


def freeze_document(freeze: Freeze) -> dict[str, Any]:
    return {
        "phase": freeze.phase or None,
        "reason": freeze.reason,
        "by": freeze.by,
        "until": moment_or_none(freeze.until),
    }
