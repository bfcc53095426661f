"""What happened to a promotion issue."""

from dataclasses import dataclass

from flux.forge.forge import Issue
from flux.proposals.converge import Proposed


@dataclass(frozen=True)
class Applied:
    """`proposed` is None where there was nothing to apply. `undone` says what was undone in the issue, and
    why."""

    number: int
    proposed: Proposed | None = None
    undone: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    refused: bool = False
    """Whether what somebody asked for was not done."""

    @property
    def failed(self) -> bool:
        return self.refused or (self.proposed is not None and self.proposed.stopped)


def not_ours(issue: Issue, fault: str) -> Applied:
    """For an issue that is not ours, with the reason, or empty for one without a marker."""
    fault = fault or "it does not have the marker of one"
    return Applied(
        issue.number, notices=(f"issue {issue.number} is not a promotion issue of this repository: {fault}",)
    )
