"""The result of applying a promotion issue."""

from dataclasses import dataclass

from flux.forge.forge import Issue
from flux.proposals.converge import Proposed


@dataclass(frozen=True)
class Applied:
    """The result for one issue. `proposed` is None if there was nothing to apply. `undone` says what was
    undone in the issue, and why."""

    number: int
    proposed: Proposed | None = None
    undone: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    refused: bool = False
    """Whether a request of a person was refused."""

    @property
    def failed(self) -> bool:
        return self.refused or (self.proposed is not None and self.proposed.stopped)


def not_our_issue(issue: Issue, fault: str) -> Applied:
    """Return the result for an issue that is not ours. `fault` is the reason, empty if it has no marker."""
    fault = fault or "it does not have the marker of one"
    return Applied(
        issue.number, notices=(f"issue {issue.number} is not a promotion issue of this repository: {fault}",)
    )
