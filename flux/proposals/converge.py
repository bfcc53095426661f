"""Brings a promotion's branch and pull request to the wanted state, whatever exists already."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from flux.errors import ForgeError
from flux.forge.forge import PullRequest
from flux.monorepo.monorepo import Monorepo
from flux.promotion.convergence import BranchStep, Side, StepKind, Wish, next_step
from flux.promotion.gates.gate import GateVerdict
from flux.promotion.ledger import Decision, since_begun
from flux.promotion.phase_order import Skipped, find_skipped
from flux.promotion.proposal import Promotion, VersionChange
from flux.promotion.texts import notices as say
from flux.promotion.texts.check import check_not_set
from flux.promotion.texts.request import explained, overrides
from flux.proposals.authority import Authority
from flux.proposals.branches import PromotionBranch, PromotionBranches
from flux.proposals.gate_check import RULES_CHECK, GateCheck, tell_check
from flux.proposals.merging import Merging
from flux.proposals.pull_requests import PromotionRequests

_MOST_TRIES = 10
Ended = Callable[[PullRequest, set[str]], object]
OnDropped = Callable[[Mapping[str, str | None]], object]
Unwritten = Callable[[Sequence[Decision]], object]


class ProposedAction(StrEnum):
    """What happened to a promotion's pull request."""

    OPENED = "opened"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    CLOSED = "closed"
    NONE = "none"
    """There was nothing to propose."""
    STOPPED = "stopped"
    """The branch has a commit of another person."""

    @property
    def is_change(self) -> bool:
        """Whether something was opened, updated or closed."""
        return self in (ProposedAction.OPENED, ProposedAction.UPDATED, ProposedAction.CLOSED)


@dataclass(frozen=True)
class Proposed:
    """What happened to a promotion's pull request.

    `main` has the artifact's versions on main. `dropped` has the environments that main has given another
    version meanwhile, with that version.
    """

    promotion: Promotion
    action: ProposedAction
    main: Mapping[str, str]
    pull_request: PullRequest | None = None
    changes: tuple[VersionChange, ...] = ()
    dropped: Mapping[str, str | None] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    waits: dict[str, GateVerdict] = field(default_factory=dict)
    """The environments that the rules do not allow yet."""
    later: dict[str, GateVerdict] = field(default_factory=dict)
    """The same, of those that are left out until they are allowed, so that the others go on."""
    skipped: Sequence[Skipped] = ()
    """The earlier phases that do not have the version yet."""

    stopped: ForgeError | None = None
    """Why the branch stays as it is, if it has a commit of another person."""

    @property
    def said(self) -> tuple[str, ...]:
        """What people should know, for comments."""
        return (*([self.stopped.message] if self.stopped else []), *self.notices)


class Converger:
    """Performs the steps that `next_step` decides, until nothing is left to do."""

    def __init__(self, monorepo: Monorepo, authority: Authority) -> None:
        self._monorepo = monorepo
        self._settings = monorepo.settings
        self._forge = monorepo.forge
        self.branches = PromotionBranches(monorepo, authority)
        self._requests = PromotionRequests(monorepo)
        self.rulings = GateCheck(monorepo, authority)
        self.merging = Merging(monorepo, authority)
        self._waits: Mapping[str, GateVerdict] = {}
        self._later: Mapping[str, GateVerdict] = {}
        self._made = ""
        self._told: tuple[str, ...] = ()

    def converge(
        self,
        promotion: Promotion,
        wish: Wish | None = None,
        issue: str = "",
        on_ended: Ended = lambda pull, environments: None,
        on_dropped: OnDropped = lambda versions: None,
        on_unwritten: Unwritten = lambda decisions: None,
    ) -> Proposed:
        """Add the wish to what the pull request already proposes.

        `issue` is the URL of the promotion issue, or empty. If another writer was faster, everything is read
        again. The callbacks run before the information is lost. `on_ended` gets a merged or closed pull
        request and what it proposed, before its branch is deleted. `on_dropped` gets main's versions, before
        the branch drops what main has changed. `on_unwritten` gets the decisions that no commit will record,
        before they are followed.
        """
        self._told, wished = (), wish or Wish()
        for _ in range(_MOST_TRIES):
            main = self.branches.main()
            branch = self.branches.read(promotion, main)
            step = self._decide(promotion, main, branch, wished)
            self._waits = self.rulings.waits(
                promotion, [change.environment for change in step.proposal.changes], step.decisions
            )
            if branch and branch.ended and step.kind is StepKind.END:
                on_ended(branch.ended, branch.proposes(promotion.artifact))
            if step.proposal.dropped:
                on_dropped(step.proposal.dropped)
            on_unwritten(step.unwritten)
            self._leave_to_people(promotion, branch, step, branch.pull_request if branch else None)
            if self._perform(promotion, main, branch, step) and step.kind is not StepKind.END:
                self._look_again(promotion, branch, step)
                beside = [*wished.known, *step.unwritten]
                step = replace(step, decisions=since_begun(step.decisions, beside))
                return self._proposed(promotion, main, branch, step, issue)
        raise ForgeError(
            f"{promotion.branch} moved on {_MOST_TRIES} times while it was written to",
            "run the same command again",
        )

    def _decide(
        self, promotion: Promotion, main: Side, branch: PromotionBranch | None, wish: Wish
    ) -> BranchStep:
        """Return the next step. If only some changes have to wait, these are left for later."""
        step = self._step(promotion, main, branch, wish)
        decisions = step.decisions or (*(branch.decisions if branch else ()), *wish.decisions)
        later = self.rulings.later(promotion, step.proposal.changes, decisions)
        self._later = self.rulings.waits(promotion, later, decisions)
        return self._step(promotion, main, branch, replace(wish, later=later)) if later else step

    def _step(
        self, promotion: Promotion, main: Side, branch: PromotionBranch | None, wish: Wish
    ) -> BranchStep:
        return next_step(
            promotion,
            main,
            branch.state if branch else None,
            wish,
            self._settings.environments,
            self.branches.parse,
            self._monorepo.git.merged,
        )

    def _perform(
        self, promotion: Promotion, main: Side, branch: PromotionBranch | None, step: BranchStep
    ) -> bool:
        """Return whether the step is done. It is not if another writer was faster, or main has moved on."""
        if step.kind in (StepKind.STOP, StepKind.NOTHING, StepKind.KEEP):
            return True
        if self._monorepo.newest_tip() != main.commit:
            return False
        if branch and step.kind in (StepKind.END, StepKind.CLOSE):
            return self._forge.delete_branch(promotion.branch, branch.head.commit)
        files = {self._settings.releaseconfig: step.content}
        commit = self._forge.commit(step.parents, files, step.message)
        self._forge.vouch(commit)
        self._made = commit
        if step.kind is StepKind.CREATE:
            return self._forge.create_branch(promotion.branch, commit)
        return self._forge.advance_branch(promotion.branch, commit)

    def _leave_to_people(
        self, promotion: Promotion, branch: PromotionBranch | None, step: BranchStep, pull: PullRequest | None
    ) -> None:
        """Before a branch moves, switch auto-merge off if a person has to merge."""
        if not branch or not pull or step.kind not in (StepKind.STOP, StepKind.KEEP, StepKind.ADVANCE):
            return
        proposed = {change.environment for change in step.proposal.changes}
        new = proposed - branch.proposes(promotion.artifact)
        if self.merging.leave_to_people(promotion, pull, proposed, new):
            self._told = (say.left_to_people(pull.url),)

    def _look_again(self, promotion: Promotion, branch: PromotionBranch | None, step: BranchStep) -> None:
        """After a branch moved, check auto-merge again: a rule may have switched it on meanwhile."""
        if step.kind is not StepKind.ADVANCE or not branch or not branch.pull_request:
            return
        if self.merging.may_be_automatic(promotion.artifact) and not self._monorepo.dry_run:
            there = self._forge.pull_request(branch.pull_request.number)
            self._leave_to_people(promotion, branch, step, there)

    def _proposed(
        self, promotion: Promotion, main: Side, branch: PromotionBranch | None, step: BranchStep, issue: str
    ) -> Proposed:
        versions, dropped = main.of(promotion.artifact), step.proposal.dropped
        open_ = branch.pull_request if branch else None
        match step.kind:
            case StepKind.NOTHING:
                return Proposed(
                    promotion, ProposedAction.NONE, versions, dropped=dropped, later=dict(self._later)
                )
            case StepKind.CLOSE:
                return Proposed(promotion, ProposedAction.CLOSED, versions, open_, dropped=dropped)
            case StepKind.STOP if branch:
                return self._stopped(promotion, main, branch)
        changes = step.proposal.changes
        to = [change.environment for change in changes]
        said = [*explained(self._waits), *overrides(step.decisions)]
        pull, written = self._requests.write(
            promotion, open_, changes, versions, issue, step.rollback, step.decisions, said
        )
        kept = step.kind is StepKind.KEEP and branch
        head = branch.head.commit if branch and kept else self._made
        untold = tell_check(self.rulings, head, self._waits)
        action = (
            ProposedAction.UPDATED if written or step.kind is not StepKind.KEEP else ProposedAction.UNCHANGED
        )
        return Proposed(
            promotion,
            action if open_ else ProposedAction.OPENED,
            versions,
            replace(pull, head=head),
            changes,
            dropped,
            (*self._told, *([check_not_set(RULES_CHECK, untold)] if untold else [])),
            dict(self._waits),
            dict(self._later),
            find_skipped({} if step.rollback else self._settings.groups, versions, promotion.version, to),
        )

    def _stopped(self, promotion: Promotion, main: Side, branch: PromotionBranch) -> Proposed:
        versions, proposed = main.of(promotion.artifact), branch.proposes(promotion.artifact)
        changes = tuple(
            VersionChange(environment, versions.get(environment), promotion.version)
            for environment in self._settings.environments
            if environment in proposed
        )
        notice = say.foreign_commit(promotion.branch, branch.foreign, bool(branch.pull_request))
        if branch.outlived and branch.pull_request:
            notice = say.outlived(promotion.branch, branch.outlived.url, branch.pull_request.url)
        return Proposed(
            promotion,
            ProposedAction.STOPPED,
            versions,
            branch.pull_request,
            changes,
            notices=self._told,
            stopped=ForgeError(notice, "then run the same command again"),
        )
