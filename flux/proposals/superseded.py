"""Closes outdated pull requests of rules: a newer version goes there, or the failed one runs again."""

from collections.abc import Collection, Iterator, Sequence
from functools import cached_property

from flux.forge.forge import Issue, PullRequest, PullState
from flux.monorepo.monorepo import Monorepo
from flux.promotion.gates.state import is_higher
from flux.promotion.ledger import by_rule, latest
from flux.promotion.proposal import Promotion, promotion_of_branch
from flux.promotion.texts.notices import RUNS_AGAIN, superseded
from flux.proposals.apply import Applier

_ABOUT = ("superseded",)


class Superseder:
    """Closes pull requests, except those that a person has asked for, approved or committed to."""

    def __init__(self, monorepo: Monorepo, applier: Applier) -> None:
        self._forge = monorepo.forge
        self._applier = applier

    @cached_property
    def _open(self) -> Sequence[PullRequest]:
        return self._forge.pull_requests(PullState.OPEN)

    def supersede(
        self, newer: Promotion, url: str, environments: Collection[str], issues: dict[Promotion, Issue]
    ) -> Iterator[str]:
        """Close pull requests that propose lower versions, if all their environments are among these. Yield
        what was done."""
        for pull in self._open:
            promotion = promotion_of_branch(pull.branch, [newer.artifact])
            if promotion is None or not is_higher(newer.version, promotion.version):
                continue
            head = self._untouched(promotion, pull, environments, issues.get(promotion), rollback=False)
            if head and self._close(promotion, pull, head, superseded(newer.version, url)):
                yield f"{promotion.branch}: closed, since {newer.version} goes there instead"

    def close_ways(
        self, artifact: str, running: Collection[str], issues: dict[Promotion, Issue]
    ) -> Iterator[str]:
        """Close the rollbacks whose environments all run their version. Yield what was done."""
        for pull in self._open:
            promotion = promotion_of_branch(pull.branch, [artifact])
            if promotion is None:
                continue
            head = self._untouched(promotion, pull, running, issues.get(promotion), rollback=True)
            if head and self._close(promotion, pull, head, RUNS_AGAIN):
                yield f"{promotion.branch}: closed, since what failed runs again"

    def _close(self, promotion: Promotion, pull: PullRequest, head: str, why: str) -> bool:
        self._applier.issues.note(pull.number, _ABOUT, why)
        return self._forge.delete_branch(promotion.branch, head)

    def was_superseded(self, pull: PullRequest) -> bool:
        """Whether this class closed the pull request, and not a person who refused it."""
        return self._applier.issues.has_noted(pull.number, _ABOUT)

    def _untouched(
        self,
        promotion: Promotion,
        pull: PullRequest,
        environments: Collection[str],
        issue: Issue | None,
        rollback: bool,
    ) -> str:
        """Return the head of a branch that only rules asked for, and only for these environments; else
        empty."""
        branch = self._applier.branches.read(promotion, self._applier.branches.main())
        if branch is None or branch.ended or branch.foreign or branch.rollback != rollback:
            return ""
        proposed = branch.proposes(promotion.artifact)
        known = self._applier.known(promotion, issue.number if issue else None)
        asked = {name for name, last in latest(known).items() if last.asks}
        if not proposed or not proposed <= {*environments} or asked - by_rule(known):
            return ""
        approved = any(review.approves for review in self._forge.reviews(pull.number))
        return "" if approved else branch.head.commit
