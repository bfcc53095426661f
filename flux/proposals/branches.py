"""Reads promotions' branches: where they left main, what they propose, and their pull requests."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from flux.errors import DesiredStateError, ForgeError
from flux.forge.forge import PullRequest, PullState
from flux.git.clone import Message
from flux.monorepo.monorepo import Monorepo
from flux.promotion.commits import is_rollback, read_message
from flux.promotion.convergence import BranchState, Side
from flux.promotion.desired import Desired, parse_desired
from flux.promotion.ledger import Decision, latest
from flux.promotion.proposal import BRANCHES, Promotion, proposes, stays_inside
from flux.proposals.authority import Authority
from flux.proposals.makers import BranchMakers

# Of one promotion. Behind more of them somebody could hide what there was before.
_MOST_PAST = 100
_MOST_FORCED = 20


@dataclass(frozen=True)
class PromotionBranch:
    """A promotion's branch: where it left main, where it is, its pull request and what it says of itself.

    `pull_request` is the open one; `ended` the merged or closed one that the branch was for, which it has
    outlived. `outlived` is the one before, where somebody opened another one from the same branch. `foreign`
    is a commit on it that is somebody else's, or empty. `is_spent` says that it has no
    pull request, and main has all of it. `decisions` are those that its commits record, and those that
    somebody forced it away from.
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
        """The environments that the branch gives another version."""
        return proposes(self.base.of(artifact), self.head.of(artifact))

    @property
    def state(self) -> BranchState:
        """What decides about its next step."""
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
        self._forced: dict[tuple[str, str], Sequence[str]] = {}

    def main(self) -> Side:
        """The desired state at the tip. Raises TipUnknownError, and DesiredStateError for one with errors."""
        tip = self._monorepo.tip
        content = self._git.file(tip, self._settings.releaseconfig)
        return Side(tip, content, self.parse(content))

    def begun(self) -> list[Promotion]:
        """Every promotion that has a branch, with or without a pull request, and is not merged."""
        heads = self._forge.branches(BRANCHES)
        if not heads:
            return []
        here = self._git.obtain_all(heads.values())
        # One walk for all of them; what is asked of each branch later needs no other.
        self._git.branches_since(here, self._monorepo.tip)
        found = (self._promotion_of(branch, head) for branch, head in heads.items() if head in here)
        return [promotion for promotion in found if promotion]

    def read(self, promotion: Promotion, main: Side) -> PromotionBranch | None:
        """A promotion's branch as it is now, None where there is none.

        Raises ForgeError where origin does not have the branch's commit.
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
        """A branch that left main at `base`, and is at `head`."""
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
        """The last pull request of a promotion, and the environments that it proposed to change, each with
        the version that it had.

        None where it was not closed unmerged, or its commits are gone too.
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
        """What the pull requests of a promotion record that are over, but for the one whose head is `than`.

        With `merged`, of those that were merged alone. Those whose commits are gone record nothing any more.
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
        """What an earlier pull request records, merged or not."""
        since = self._left(promotion, main, head)
        found = self._decisions(promotion, since, head, self._git.messages(head, since))
        return [decision for each in found.values() for decision in each]

    def _left(self, promotion: Promotion, main: Side, head: str) -> str:
        """Where the branch of an earlier pull request left main."""
        if self._git.is_on_line(head, main.commit):  # main was moved forward to it, without a merge
            line = self._git.first_parents(head)
            own = (c for c in line if read_message(self._git.messages(c, f"{c}^@")[0].text) != promotion)
            return next(own, main.commit)
        merge = self._git.merge_of(head, main.commit)
        return self._git.commit(f"{merge}^1") if merge else main.commit

    def _lost(
        self, promotion: Promotion, main: Side, head: str, messages: Sequence[Message]
    ) -> list[Decision] | None:
        """What was recorded by commits that somebody forced a branch away from. None where they are gone.

        Whoever may push can bring back a commit from before somebody took something back.
        """
        if not any(read_message(message.text) == promotion for message in messages):
            return []
        known = (promotion.branch, head)
        if known not in self._forced:
            self._forced[known] = self._forge.forced_from(promotion.branch)
        there = {message.commit for message in messages}
        decisions: list[Decision] = []
        if len(self._forced[known]) > _MOST_FORCED:
            return None
        for left in dict.fromkeys(self._forced[known]):
            if not self._git.obtain(left):
                return None
            others = [each for each in self._git.messages(left, main.commit) if each.commit not in there]
            found = self._decisions(promotion, main.commit, left, others)
            decisions += [decision for each in found.values() for decision in each]
        return decisions

    def parse(self, content: bytes | None) -> Desired:
        """Raises DesiredStateError for a file that has errors by today's settings."""
        return parse_desired(self._settings.releaseconfig, content)

    def _pull_requests(self, promotion: Promotion) -> list[PullRequest]:
        """Those into main, the oldest first."""
        pulls = self._forge.pull_requests(branch=promotion.branch)
        return [pull for pull in pulls if pull.base == self._settings.branch]

    def _over(
        self, pulls: Sequence[PullRequest], head: str, messages: Sequence[Message]
    ) -> tuple[PullRequest | None, str]:
        """The last pull request that is over and had commits of this branch, and the newest of these commits.

        Whoever may push can bring such a branch back as it was at any time. What it says was over is over.
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
        """The commits that are ours, and what each records."""
        if not any(read_message(message.text) == promotion for message in messages):
            return {}
        makers = BranchMakers(self._authority, promotion, self._forge.makers(since, head), self._forge.now)
        read = {message.commit: makers.decisions(message) for message in messages}
        return {commit: decisions for commit, decisions in read.items() if decisions is not None}

    def _foreign(self, main: Side, messages: Sequence[Message], ours: Collection[str]) -> str:
        """A commit that is neither ours nor a merge of main, or empty."""
        for message in messages:
            merges_main = len(message.parents) == 2 and self._is_main(message.parents[1], main)
            if message.commit not in ours and not merges_main:
                return message.commit
        return ""

    def _goes_beyond(
        self, promotion: Promotion, base: Side, head: Side, decisions: Sequence[Decision]
    ) -> bool:
        """Whether a branch changes more than this promotion's versions, or what nobody asked for."""
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
        """The promotion that a branch says to be, by its commits."""
        messages = self._git.messages(head, self._monorepo.tip)
        said = (read_message(message.text) for message in messages)
        return next((each for each in said if each and each.is_fit and each.branch == branch), None)

    def _is_main(self, commit: str, main: Side) -> bool:
        return self._git.merge_base(commit, main.commit) == commit

    def _past(self, commit: str) -> Side:
        """The desired state at a commit that is not main's any more.

        Environments may have gone since, and a file that nobody can read desires nothing.
        """
        path = self._settings.releaseconfig
        content = self._git.file(commit, path)
        try:
            return Side(commit, content, parse_desired(path, content))
        except DesiredStateError:
            return Side(commit, content, {})


def _first(pulls: Sequence[PullRequest], fits: Callable[[PullRequest], bool]) -> PullRequest | None:
    return next((pull for pull in pulls if fits(pull)), None)
