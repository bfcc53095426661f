"""The output of a command in the mode `observe`: a comparison of this system with an earlier one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flux.report.text import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flux.monorepo.observe_mode import Observed
    from flux.report.report import Report

_HEADER = ("Tag", "Has", "Would have")


def show_observed(report: Report, observed: Sequence[Observed] | None) -> None:
    """Report how many tags agree and which do not. The summary of a job lists the ones that differ.

    None says that this is another mode: there is nothing to report.
    """
    if observed is None:
        return
    if not observed:
        report.notice("compared with the earlier system: there is nothing to compare")
        return
    differing = [one for one in observed if not one.agrees]
    rows = [(one.name, _shown(one.theirs), short(one.ours) or "other content") for one in differing]
    report.notices([f"{name} has {theirs}, and would have {ours} here" for name, theirs, ours in rows])
    said = f"{len(observed) - len(differing)} of {len(observed)} tags are as they would be here"
    report.notice(f"compared with the earlier system: {said}")
    report.summary(f"Compared with the earlier system: {said}", _HEADER, rows)


def _shown(digest: str | None) -> str:
    return short(digest) or "nothing"
