"""Turns the boxes that are ticked in a promotion issue into its pull request.

Issue text is data. Boxes are matched against known names. Each tick needs a person who may promote and is
responsible for it. For an issue event, this is the sender of the edit, and only for the boxes of this edit.
In a terminal, it is the caller of the command. Each decision is recorded with its person. The pull request
follows the decisions.
"""

from collections.abc import Sequence
from dataclasses import replace

from flux.errors import DesiredStateError, FluxError, RequestError, UnpublishedError, UnvouchedError
from flux.event import IssueEdit
from flux.forge.forge import Issue, PullState
from flux.monorepo.desired import stray_of
from flux.monorepo.desired_history import had_version
from flux.monorepo.freezes import frozen
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.obtained_lines import obtain_lines
from flux.monorepo.tip_settings import require_current_settings
from flux.monorepo.vouching import Vouching
from flux.promotion import altered, edits
from flux.promotion.convergence import Wish
from flux.promotion.foreign import NotOurs
from flux.promotion.ledger import Decision, asked, latest
from flux.promotion.outcome import Edit, Note, Outcome, Situation, nothing
from flux.promotion.proposal import Promotion
from flux.promotion.remarks import ByAutomation, Idle
from flux.promotion.texts import notices as say
from flux.promotion.texts.foreign import foreign, foreign_issue, not_ours
from flux.promotion.texts.remarks import held_edit, remark
from flux.promotion.undoing import Dropped, Impossible, Loss
from flux.proposals.applied import Applied, not_our_issue, refused_request
from flux.proposals.earlier_issues import EarlierIssues
from flux.proposals.frozen import require_no_freeze
from flux.proposals.progress import tell
from flux.proposals.situation import is_gone, situation_of
from flux.proposals.upkeep import Upkeep

_UNVOUCHED_SECONDS = 3600
_STAYS = (UnpublishedError, UnvouchedError, DesiredStateError)
"""Errors that stay until a person fixes the cause. Other errors may be gone when the job runs again."""


class Applier(Upkeep):
    """Applies the promotion issues of one monorepo: records people's decisions and follows them."""

    def __init__(self, monorepo: Monorepo) -> None:
        super().__init__(monorepo)
        self._vouching = Vouching(monorepo)
        self.earlier = EarlierIssues(monorepo, self.issues)

    def apply(self, number: int) -> Applied:
        """Apply the edit that started this run, or in a terminal all boxes.

        Raises RequestError if there is no such issue, or if the caller in a terminal may not promote.
        Raises ForgeError if a permission cannot be looked up; nothing is undone then. Raises UnpublishedError
        or UnvouchedError if the registry does not have the release's image.
        """
        obtain_lines(self._monorepo, merged=True)
        require_current_settings(self._monorepo)
        issue = self._forge.issue(number)
        if issue is None:
            raise RequestError(f"there is no issue {number}", "`inv issue TAG` opens a release's")
        applied = self._apply(issue)
        return replace(applied, notices=(*applied.notices, *self.issues.warnings))

    def _apply(self, issue: Issue) -> Applied:
        event = self._monorepo.event
        if isinstance(event.change, IssueEdit) and event.change.number == issue.number:
            return self._apply_edit(issue, event.change)
        fault = self.issues.fault(issue)
        promotion = None if fault else self.issues.promotion(issue)
        if promotion is None:
            return self.earlier.answered(issue) or not_our_issue(issue, fault)
        if disagrees := self.disagrees(issue, promotion):
            return disagrees
        if self.mend(issue, promotion):
            return self._done(issue, nothing(Idle.MARKER_RESTORED))
        if event.actions:
            return self.expire(issue, promotion)
        return self.apply_all(issue, promotion)

    def apply_all(self, issue: Issue, promotion: Promotion) -> Applied:
        """Propose the ticked environments and drop the others, on the authority of the caller."""
        main = self.branches.main()
        proposed = self.branches.proposed(promotion, main)
        known = self.known(promotion, issue.number)
        gone = is_gone(self._monorepo, promotion)
        situation = Situation(issue.body, main.of(promotion.artifact), proposed, known=known, is_gone=gone)
        missing = edits.missing(promotion, situation, self._rules)
        had = had_version(self._monorepo, promotion, missing, main.commit)
        authority = self.issues.authority
        outcome = edits.decide_all(
            promotion, situation, had, authority.caller, self._forge.now(), issue.number, self._rules
        )
        if wanted := {e for decision in outcome.decisions or () for e in decision.environments}:
            authority.require(wanted)
            require_no_freeze(
                self._monorepo, {e for d in outcome.decisions or () if d.asks for e in d.environments}
            )
        self.perform(issue, outcome)
        return self._propose(issue, promotion, outcome, known)

    def expire(self, issue: Issue, promotion: Promotion) -> Applied:
        """Untick boxes that are neither proposed nor on main, if the issue was not updated for an hour.

        Nobody is responsible for such a tick. An unticked box drops nothing from the pull request.
        """
        if self._forge.now() - issue.updated < _UNVOUCHED_SECONDS:
            return self._done(issue, nothing(Idle.NO_EDIT))
        main = self.branches.main()
        lost = self.unreached(issue, promotion, main)
        # If a branch has no pull request, or a closed one, `sync` opens one or reports it. If the pull
        # request was merged and main lacks the version, main was forced back.
        branch = self.branches.read(promotion, main) if lost else None
        if branch and not (branch.ended and branch.ended.state is PullState.MERGED):
            lost -= branch.proposes(promotion.artifact)
        if lost and self._monorepo.settings.has_rules:  # requests that wait were recorded
            lost -= {e for e, last in latest(self.known(promotion, issue.number)).items() if last.asks}
        lost -= frozen(self._monorepo, lost, self._forge.now).keys()  # the issue already says this
        return Applied(issue.number, undone=self.take_back(issue, lost, Loss.TICK_LOST, str(issue.updated)))

    def _apply_edit(self, issue: Issue, change: IssueEdit) -> Applied:
        """Apply one edit, on its sender's authority."""
        fault = self.issues.fault(issue)
        promotion = self.issues.promotion(issue, change.before)
        if self.issues.authority.is_automation(change.sender):
            return self._answer_automation(issue, change, None if fault else promotion)
        if fault or promotion is None:
            return self._tell_not_ours(issue, change, promotion, fault)
        if disagrees := self.disagrees(issue, promotion):
            return disagrees
        rerun_by = self._monorepo.event.rerun_by
        edit = Edit(change.sender, change.before, change.after, change.time, issue.number, rerun_by)
        outcome = altered.decide_broken(edit, promotion, issue.body, self._rules)
        known: Sequence[Decision] = ()
        if outcome is None:
            known = self.known(promotion, issue.number)
            main = self.branches.main()
            situation = situation_of(
                self._monorepo, self.issues.authority, issue, edit, promotion, known, main, self._rules
            )
            outcome = edits.decide(edit, promotion, situation, self._rules)
            if lost := altered.overwritten(edit, issue.body):
                self.perform(issue, lost)
        self.perform(issue, outcome)
        if outcome.decisions is None:
            return self._done(issue, outcome)
        return self._propose(issue, promotion, outcome, known, str(edit.time))

    def _answer_automation(self, issue: Issue, change: IssueEdit, promotion: Promotion | None) -> Applied:
        """Apply nothing: a tick by the automation is not a decision. A person whose token it uses is told."""
        done = self._done(issue, nothing(ByAutomation(change.sender)))
        edit = Edit(change.sender, change.before, change.after, change.time)
        if change.sender.endswith("[bot]") or promotion is None or altered.broken(edit.after, promotion):
            return done
        changed = altered.changed_boxes(edit, self._rules)
        ticks = self._rules.members(name for name, tick in changed.items() if tick)
        asks = {e for e, last in latest(self.known(promotion, issue.number)).items() if last.asks}
        if not ticks - asks:
            return done
        text = say.of_the_automation(change.sender)
        self.perform(issue, Outcome((Note(("of the automation", str(change.time)), text),)))
        return replace(done, notices=(), refused=refused_request(text))

    def _propose(
        self,
        issue: Issue,
        promotion: Promotion,
        outcome: Outcome,
        known: Sequence[Decision],
        occasion: str = "",
    ) -> Applied:
        """Let the pull request follow decisions. If the image is not the release's, nothing is added, and
        boxes that an edit ticked are unticked. `occasion` is the time of this edit, or empty."""
        decisions = outcome.decisions or ()
        wanted = asked(decisions, known)
        fault = self._fault(promotion) if wanted else None
        told: tuple[str, ...] = ()
        if fault:
            decisions = tuple(decision for decision in decisions if not decision.asks)
            told = (say.not_proposed(fault),)
        if isinstance(fault, _STAYS) and occasion:
            self.take_back(issue, wanted, Impossible(fault), occasion)
            told = ()
        proposed = self.converge(issue, promotion, Wish(decisions, known))
        told = (*proposed.said, *told)
        tell(self._monorepo, self.issues, issue, replace(proposed, notices=told), self.converger.rulings)
        if fault:
            raise fault
        dropped = tuple(Dropped(*each) for each in proposed.dropped.items())
        done = self._done(issue, outcome)
        return replace(done, proposed=proposed, undone=done.undone + dropped)

    def _fault(self, promotion: Promotion) -> FluxError | None:
        """Return why no more environments of a promotion may be proposed, or None."""
        versions = self.branches.main().of(promotion.artifact)
        return self._vouching.promotion_fault(promotion.artifact, promotion.version) or stray_of(
            self._monorepo, promotion.artifact, versions
        )

    def _tell_not_ours(
        self, issue: Issue, change: IssueEdit, promotion: Promotion | None, fault: NotOurs | None
    ) -> Applied:
        """Say once why a tick does nothing, if the sender may promote or the issue was ours. An outsider's
        imitation of an issue gets no comment."""
        edit = Edit(change.sender, change.before, change.after, change.time)
        if fault is None or promotion is None or altered.broken(edit.after, promotion):
            return self.earlier.answered(issue, change) or not_our_issue(issue, fault)
        may = self.issues.authority.may_write(change.sender)
        if not altered.changed_boxes(edit, self._rules) or not (may or self.issues.was_ours(issue)):
            return not_our_issue(issue, fault)
        self.issues.note(issue.number, ("not ours", foreign(fault)), not_ours(fault))
        if may or change.sender == issue.author:
            return Applied(issue.number, refused=refused_request(foreign_issue(issue.number, fault)))
        return not_our_issue(issue, fault)

    def _done(self, issue: Issue, outcome: Outcome) -> Applied:
        remarks = tuple(map(remark, outcome.remarks))
        refused = refused_request(held_edit(outcome.refused)) if outcome.refused else None
        return Applied(issue.number, undone=outcome.undone, notices=remarks, refused=refused)
