"""Every decision about a promotion that was recorded, wherever that is."""

from flux.promotion.ledger import Decision
from flux.promotion.proposal import Promotion
from flux.proposals.branches import PromotionBranches
from flux.proposals.issues import PromotionIssues


def known_of(
    branches: PromotionBranches, issues: PromotionIssues, promotion: Promotion, number: int | None = None
) -> list[Decision]:
    """The decisions on a promotion's branch, of its pull requests before, and in the comments of the issue
    with this number. Without an issue the open pull request has the comments."""
    main = branches.main()
    branch = branches.read(promotion, main)
    known = list(branch.decisions) if branch else []
    # A branch that was merged, and is there still, has no commit of its own to tell any more.
    read = branch.head.commit if branch and known else ""
    known += branches.past_decisions(promotion, main, read)
    if number is None and branch and branch.pull_request:
        number = branch.pull_request.number
    return known + (issues.written(number) if number else [])
