"""A promotion, its issue and its pull request."""

from flux.forge.forge import Issue, PullRequest, PullState
from flux.promotion.proposal import Promotion, VersionChange
from flux.proposals.converge import Proposed, ProposedAction
from tests.report.showing import COMMIT

PROMOTION = Promotion("app", "2.0.0")
ISSUE = Issue(3, "Promote app", "", "alice", True, (), "https://example.com/i/3", 0.0)
PULL = PullRequest(
    7, "Promote app", "", "b", COMMIT, "main", PullState.OPEN, "alice", "https://example.com/p/7"
)
CHANGES = (
    VersionChange("at", None, "2.0.0"),
    VersionChange("tt", "1.0.0", "2.0.0"),
    VersionChange("prod", "3.0.0", "2.0.0"),
)
PROPOSED = Proposed(PROMOTION, ProposedAction.OPENED, {}, PULL, CHANGES, {"x": "1.5.0", "y": None})
