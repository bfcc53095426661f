"""The result of applying a promotion issue."""

from dataclasses import dataclass

from flux.errors import IssueError
from flux.forge.forge import Issue
from flux.notice import AnyNotice
from flux.promotion.foreign import NoMarker, NotOurs
from flux.promotion.texts.foreign import foreign_issue
from flux.promotion.undoing import Undone
from flux.proposals.converge import Proposed


@dataclass(frozen=True)
class Applied:
    """The result for one issue. `proposed` is None if there was nothing to apply. `undone` says what was
    undone in the issue, and why."""

    number: int
    proposed: Proposed | None = None
    undone: tuple[Undone, ...] = ()
    notices: tuple[AnyNotice, ...] = ()
    refused: IssueError | None = None
    """Why a request of a person was refused, if one was."""

    @property
    def failed(self) -> bool:
        return bool(self.refused or (self.proposed and self.proposed.stopped))


def refused_request(said: str) -> IssueError:
    """Return the error for a refused request. `said` is the text of the comment about it."""
    return IssueError(said, "a comment on the issue says the same to who edited it")


def not_our_issue(issue: Issue, fault: NotOurs | None) -> Applied:
    """Return the result for an issue that is not ours. `fault` is the reason, None if it has no marker."""
    return Applied(issue.number, notices=(foreign_issue(issue.number, fault or NoMarker()),))
