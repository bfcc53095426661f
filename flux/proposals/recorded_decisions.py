"""Collects every recorded decision about a promotion, wherever it is recorded."""

from flux.promotion.ledger import Decision
from flux.promotion.proposal import Promotion
from flux.proposals.branches import PromotionBranches
from flux.proposals.issues import PromotionIssues


def known_of(
    branches: PromotionBranches, issues: PromotionIssues, promotion: Promotion, number: int | None = None
) -> list[Decision]:
    """Return the decisions on a promotion's branch, of its earlier pull requests, and in the comments of the
    issue with this number. Without an issue, the open pull request has the comments."""
    main = branches.main()
    branch = branches.read(promotion, main)
    known = list(branch.decisions) if branch else []
    # A merged branch that still exists has no own commits any more.
    read = branch.head.commit if branch and known else ""
    known += branches.past_decisions(promotion, main, read)
    if number is None and branch and branch.pull_request:
        number = branch.pull_request.number
    return known + (issues.written(number) if number else [])
