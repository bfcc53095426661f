"""Reads the branches of promotions: where they left main, what they propose, and their pull requests."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from flux.errors import DesiredStateError, ForgeError
from flux.forge.forge import Forced, PullRequest, PullState
from flux.git.clone import Message
from flux.monorepo.monorepo import Monorepo
from flux.promotion.convergence import BranchState, Side
from flux.promotion.desired import Desired, parse_desired
from flux.promotion.ledger import Decision, latest
from flux.promotion.proposal import PROMOTION_BRANCHES, Promotion, proposes, stays_inside
from flux.promotion.texts.commits import is_rollback, read_message
from flux.proposals.authority import Authority
from flux.proposals.commit_authors import CommitAuthors

# Limits for one promotion. With more entries than this, an attacker could hide earlier ones.
_MOST_PAST = 100
_MOST_FORCED = 20


@dataclass(frozen=True)
class PromotionBranch:
    """A promotion's branch: where it left main, its head, its pull requests and its decisions.

    `pull_request` is the open one. `ended` is the merged or closed one of a branch that still exists.
    `outlived` is the ended one, if another one was opened from the same branch. `foreign` is another person's
    commit on it, or empty. `is_spent` says that it has no open pull request and main has all its commits.
    `decisions` are those that its commits record, and those of commits that a force push removed.
    """

    base: Side
    head: Side
    pull_request: PullRequest | None
    ended: PullRequest | None
    foreign: str
    rollback: bool
    is_spent: bool
    decisions: tuple[Decision, ...]
    outlived: PullRequest | None = None

    def proposes(self, artifact: str) -> set[str]:
        """Return the environments to which the branch gives another version."""
        return proposes(self.base.of(artifact), self.head.of(artifact))

    @property
    def state(self) -> BranchState:
        """The state that decides about its next step."""
        is_over = bool(self.ended) or self.is_spent
        return BranchState(self.base, self.head, is_over, bool(self.foreign), self.rollback, self.decisions)


class PromotionBranches:
    """The promotions' branches of one monorepo."""

    def __init__(self, monorepo: Monorepo, authority: Authority) -> None:
        self._monorepo = monorepo
        self._authority = authority
        self._git = monorepo.git
        self._settings = monorepo.settings
        self._forge = monorepo.forge
        self._forced: dict[tuple[str, str], Forced] = {}

    def main(self) -> Side:
        """Return the desired state at the tip. Raises TipUnknownError, or DesiredStateError if invalid."""
        tip = self._monorepo.tip
        content = self._git.file(tip, self._settings.releaseconfig)
        return Side(tip, content, self.parse(content))

    def begun(self) -> list[Promotion]:
        """Return every promotion that has an unmerged branch, with or without a pull request. One walk
        through history answers for all of them, and later questions about one need no other."""
        heads = self._forge.branches(PROMOTION_BRANCHES)
        here = self._git.obtain_all(heads.values())
        self._git.branches_since(here, self._monorepo.tip)
        self._git.obtain_files(sorted(here), [self._settings.releaseconfig])
        return list(filter(None, (self._promotion_of(*one) for one in heads.items() if one[1] in here)))

    def proposed(self, promotion: Promotion, main: Side) -> set[str]:
        """Return the environments that a promotion's branch proposes; none if it was merged or closed."""
        branch = self.read(promotion, main)
        return branch.proposes(promotion.artifact) if branch and not branch.ended else set()

    def read(self, promotion: Promotion, main: Side) -> PromotionBranch | None:
        """Return a promotion's branch as it is now, None if there is none.

        Raises ForgeError if origin does not have the branch's commit.
        """
        head = self._forge.branch(promotion.branch)
        if head is None:
            return None
        pulls = self._pull_requests(promotion)
        open_ = _first(pulls, lambda pull: pull.state is PullState.OPEN)
        if not self._git.obtain(head):
            raise ForgeError(
                f"{promotion.branch} is at {head[:12]}, which origin does not have",
                "is origin the repository that the forge has? check GITHUB_REPOSITORY",
            )
        base = self._git.merge_base(main.commit, head)
        if base is None:
            over = _first(pulls[::-1], lambda pull: pull.head == head)
            ended = None if open_ else over
            return PromotionBranch(main, replace(main, commit=head), open_, ended, head, False, False, ())
        return self._since(promotion, main, base, head, pulls, open_)

    def _since(
        self,
        promotion: Promotion,
        main: Side,
        base: str,
        head: str,
        pulls: Sequence[PullRequest],
        open_: PullRequest | None,
    ) -> PromotionBranch:
        """Return the branch that left main at `base`, and is at `head`."""
        self._git.obtain_files([base, head], [self._settings.releaseconfig])
        messages = self._git.messages(head, main.commit)
        over, shared = self._over(pulls, head, messages)
        found = self._decisions(promotion, main.commit, head, messages)
        sides = self._past(base), self._past(head)
        foreign = shared if open_ and over else self._foreign(main, messages, found)
        decisions = tuple(decision for each in found.values() for decision in each)
        lost = self._lost(promotion, main, head, messages)
        is_hidden = lost is None or len(pulls) > _MOST_PAST
        if not foreign and (is_hidden or self._goes_beyond(promotion, *sides, decisions)):
            foreign = head
        rollback = any(is_rollback(message.text) for message in messages if message.commit in found)
        is_spent = open_ is None and base == head
        recorded = (*decisions, *(lost or ()))
        ended, outlived = (None, over) if open_ else (over, None)
        return PromotionBranch(*sides, open_, ended, foreign, rollback, is_spent, recorded, outlived)

    def closed(self, promotion: Promotion, main: Side) -> tuple[PullRequest, Mapping[str, str | None]] | None:
        """Return the last pull request of a promotion, if it was closed unmerged, and the environments that
        it proposed to change, each with its version before.

        Return None for any other pull request, or if its commits are gone.
        """
        pulls = self._forge.pull_requests(branch=promotion.branch)
        last = pulls[-1] if pulls else None
        if last is None or last.state is not PullState.CLOSED or not self._git.obtain(last.head):
            return None
        base = self._git.merge_base(main.commit, last.head)
        if base is None:
            return None
        had, becomes = (self._past(commit).of(promotion.artifact) for commit in (base, last.head))
        return last, {name: had.get(name) for name in proposes(had, becomes)}

    def past_decisions(
        self, promotion: Promotion, main: Side, than: str, merged: bool = False
    ) -> list[Decision]:
        """Return the decisions of merged and closed pull requests, except the one whose head is `than`.

        With `merged`, only merged pull requests into main count. Those whose commits are gone are ignored.
        """
        ended = {PullState.MERGED} if merged else {PullState.MERGED, PullState.CLOSED}
        past = [
            pull.head
            for pull in self._forge.pull_requests(branch=promotion.branch)
            if pull.state in ended and pull.head and pull.head != than
            if not merged or pull.base == self._settings.branch
        ]
        return [
            decision
            for head in dict.fromkeys(past[-_MOST_PAST:])
            if self._git.obtain(head)
            for decision in self._past_decisions(promotion, main, head)
        ]

    def _past_decisions(self, promotion: Promotion, main: Side, head: str) -> list[Decision]:
        """Return the decisions of an earlier pull request, merged or not."""
        since = self._left(promotion, main, head)
        found = self._decisions(promotion, since, head, self._git.messages(head, since))
        return [decision for each in found.values() for decision in each]

    def _left(self, promotion: Promotion, main: Side, head: str) -> str:
        """Return the commit where the branch of an earlier pull request left main."""
        if self._git.is_on_line(head, main.commit):  # main was fast-forwarded to it, or past it
            line = self._git.first_parents(head)
            own = (c for c in line if read_message(self._git.messages(c, f"{c}^@")[0].text) != promotion)
            return next(own, main.commit)
        merge = self._git.merge_of(head, main.commit)
        return self._git.commit(f"{merge}^1") if merge else main.commit

    def _lost(
        self, promotion: Promotion, main: Side, head: str, messages: Sequence[Message]
    ) -> list[Decision] | None:
        """Return the decisions of commits that force pushes removed from a branch. None if they are gone.

        A person who may push can restore a commit from before a decision was taken back, also in a new branch
        of this name. So of earlier branches the withdrawals count.
        """
        if not any(read_message(message.text) == promotion for message in messages):
            return []
        known = (promotion.branch, head)
        if known not in self._forced:
            self._forced[known] = self._forge.forced_from(promotion.branch)
        forced = self._forced[known]
        left = list(dict.fromkeys([*forced.now, *forced.before]))
        if not forced.is_all or len(left) > _MOST_FORCED or not all(map(self._git.obtain, left)):
            return None
        there = {message.commit for message in messages}
        return [
            decision
            for commit in left
            for decision in self._beside(promotion, main, commit, there)
            if commit in forced.now or not decision.asks
        ]

    def _beside(self, promotion: Promotion, main: Side, head: str, there: set[str]) -> Iterator[Decision]:
        """Yield the decisions up to a commit, except those of the commits `there`."""
        others = [each for each in self._git.messages(head, main.commit) if each.commit not in there]
        for decisions in self._decisions(promotion, main.commit, head, others).values():
            yield from decisions

    def parse(self, content: bytes | None) -> Desired:
        """Parse the desired state. Raises DesiredStateError if it is invalid under today's settings."""
        return parse_desired(self._settings.releaseconfig, content)

    def _pull_requests(self, promotion: Promotion) -> list[PullRequest]:
        """Return the pull requests into main, the oldest first."""
        pulls = self._forge.pull_requests(branch=promotion.branch)
        return [pull for pull in pulls if pull.base == self._settings.branch]

    def _over(
        self, pulls: Sequence[PullRequest], head: str, messages: Sequence[Message]
    ) -> tuple[PullRequest | None, str]:
        """Return the last ended pull request with commits of this branch, and the newest of these commits.

        A person who may push can restore such a branch at any time. Its decisions are still over.
        """
        own = {message.commit for message in messages}
        for pull in pulls[-_MOST_PAST:][::-1]:
            if pull.state is PullState.OPEN or not pull.head:
                continue
            if pull.head == head:
                return pull, head
            shared = self._git.merge_base(pull.head, head) if own and self._git.obtain(pull.head) else None
            if shared in own:
                return pull, shared or ""
        return None, ""

    def _decisions(
        self, promotion: Promotion, since: str, head: str, messages: Sequence[Message]
    ) -> dict[str, list[Decision]]:
        """Return our commits, and the decisions that each records."""
        if not any(read_message(message.text) == promotion for message in messages):
            return {}
        makers = CommitAuthors(self._authority, promotion, self._forge.makers(since, head), self._forge.now)
        read = {message.commit: makers.decisions(message) for message in messages}
        return {commit: decisions for commit, decisions in read.items() if decisions is not None}

    def _foreign(self, main: Side, messages: Sequence[Message], ours: Collection[str]) -> str:
        """Return a commit that is neither ours nor a merge of main, or empty."""
        for message in messages:
            merges_main = len(message.parents) == 2 and self._is_main(message.parents[1], main)
            if message.commit not in ours and not merges_main:
                return message.commit
        return ""

    def _goes_beyond(
        self, promotion: Promotion, base: Side, head: Side, decisions: Sequence[Decision]
    ) -> bool:
        """Whether a branch changes more than this promotion's versions, or environments that were not asked
        for."""
        changed = {change.path for change in self._git.changes(base.commit, head.commit, "")}
        sides = base.of(promotion.artifact), head.of(promotion.artifact)
        asked = {environment for environment, said in latest(decisions).items() if said.asks}
        unasked = proposes(*sides) - asked
        return (
            bool(changed - {self._settings.releaseconfig})
            or bool(unasked)
            or not stays_inside(promotion, base.desired, head.desired)
        )

    def _promotion_of(self, branch: str, head: str) -> Promotion | None:
        """Return the promotion that a branch's commits name."""
        messages = self._git.messages(head, self._monorepo.tip)
        said = (read_message(message.text) for message in messages)
        return next((each for each in said if each and each.is_fit and each.branch == branch), None)

    def _is_main(self, commit: str, main: Side) -> bool:
        return self._git.merge_base(commit, main.commit) == commit

    def _past(self, commit: str) -> Side:
        """Return the desired state at an earlier commit, empty if the file is invalid.

        Its environments are not checked, because some may have been removed since.
        """
        path = self._settings.releaseconfig
        content = self._git.file(commit, path)
        try:
            return Side(commit, content, parse_desired(path, content))
        except DesiredStateError:
            return Side(commit, content, {})


def _first(pulls: Sequence[PullRequest], fits: Callable[[PullRequest], bool]) -> PullRequest | None:
    return next((pull for pull in pulls if fits(pull)), None)
