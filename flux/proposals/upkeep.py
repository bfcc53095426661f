"""Keeps a promotion's issue and its pull request in sync."""

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property, partial

from flux.forge.forge import Issue, PullRequest, PullState
from flux.monorepo.monorepo import Monorepo
from flux.promotion import altered
from flux.promotion.boxes import ticked
from flux.promotion.convergence import Side, Wish
from flux.promotion.ledger import Decision, How, asked, latest
from flux.promotion.outcome import Note, Outcome, PhaseOrder, take_back
from flux.promotion.proposal import Promotion
from flux.promotion.rewrites import mended, rewritten
from flux.promotion.texts.comment import is_reached
from flux.promotion.texts.foreign import disagreement as what
from flux.promotion.texts.foreign import disagrees
from flux.promotion.undoing import Closed, Overtaken, Undone, UntickReason
from flux.proposals.applied import Applied, refused_request
from flux.proposals.converge import Converger, Proposed
from flux.proposals.issues import PromotionIssues
from flux.proposals.recorded_decisions import known_of


class Upkeep:
    """Maintains one monorepo's promotions: reads the state, lets pure functions decide, and performs."""

    def __init__(self, monorepo: Monorepo) -> None:
        self._monorepo = monorepo
        self._forge = monorepo.forge
        self._rules = PhaseOrder(monorepo.settings.groups, monorepo.settings.require_order)
        self.issues = PromotionIssues(monorepo)
        self.converger = Converger(monorepo, self.issues.authority)
        self.branches = self.converger.branches

    @cached_property
    def _main(self) -> Side:
        """The desired state of main at the first access."""
        return self.branches.main()

    def mend(self, issue: Issue, promotion: Promotion) -> bool:
        """Restore an altered marker and removed boxes, if an earlier run did not. Return whether there was
        anything to restore."""
        is_altered = mended(issue.body, promotion, self._rules.phases) != issue.body
        if is_altered:
            held = self._held(issue, promotion)
            self.perform(issue, altered.mend(promotion, issue.updated, held))
        return is_altered

    def is_over(self, issue: Issue, promotion: Promotion) -> bool:
        """Whether a closed issue's text needs no correction. This asks the forge nothing, because there may
        be many closed issues."""
        if mended(issue.body, promotion, self._rules.phases) != issue.body:
            return False
        return not self.unreached(issue, promotion, self._main)

    def unreached(self, issue: Issue, promotion: Promotion, main: Side) -> set[str]:
        """Return the ticked environments to which main has given neither the version nor a newer one."""
        versions = main.of(promotion.artifact)
        return {
            environment
            for environment in ticked(issue.body, self._rules.phases)
            if not is_reached(promotion, versions.get(environment))
        }

    def _held(self, issue: Issue, promotion: Promotion) -> set[str]:
        """Return the environments whose last decision is a tick, and that are proposed or on main."""
        main = self.branches.main()
        proposed = self.branches.proposed(promotion, main)
        versions = main.of(promotion.artifact)
        said = latest(self.known(promotion, issue.number))
        return {
            environment
            for environment, decision in said.items()
            if decision.how is How.TICK
            and (environment in proposed or versions.get(environment) == promotion.version)
        }

    def known(self, promotion: Promotion, number: int | None) -> list[Decision]:
        """Return every recorded decision about a promotion. `number` is that of its issue."""
        return known_of(self.branches, self.issues, promotion, number)

    def converge(self, issue: Issue, promotion: Promotion, wish: Wish | None = None) -> Proposed:
        """Update the pull request, and untick what it no longer proposes."""
        wished = wish or Wish(known=self.known(promotion, issue.number))

        def ended(pull: PullRequest, environments: set[str]) -> None:
            if pull.state is PullState.CLOSED:
                anew = asked(wished.decisions, wished.known)
                # Also boxes that an earlier run unticked without writing the comment.
                ticks = {e for e, last in latest(wished.known).items() if last.how is How.TICK}
                body = (self._forge.issue(issue.number) or issue).body
                gone = environments & (ticks | ticked(body, self._rules.phases)) - anew
                self.take_back(issue, gone, Closed(pull.url), str(pull.number))

        def dropped(versions: Mapping[str, str | None]) -> None:
            for environment, version in versions.items():
                occasion = f"{environment} {version or ''}"
                self.take_back(issue, {environment}, Overtaken(version), occasion)

        def unwritten(decisions: Sequence[Decision]) -> None:
            self.issues.write_down(issue.number, decisions)

        proposed = self.converger.converge(promotion, wished, issue.url, ended, dropped, unwritten)
        if proposed.stopped and proposed.pull_request:
            self.issues.note(proposed.pull_request.number, proposed.said, "\n".join(proposed.said))
        return proposed

    def converge_alone(self, promotion: Promotion, wish: Wish | None = None) -> Proposed:
        """Do the same without an issue. Decisions that no commit records go into the pull request."""
        unwritten: list[Decision] = []
        wished = wish or Wish(known=self.known(promotion, None))
        proposed = self.converger.converge(promotion, wished, on_unwritten=unwritten.extend)
        if unwritten and proposed.pull_request and proposed.pull_request.number:
            self.issues.write_down(proposed.pull_request.number, unwritten)
        return proposed

    def take_back(
        self, issue: Issue, environments: Collection[str], reason: UntickReason, occasion: str
    ) -> tuple[Undone, ...]:
        """Untick environments and comment why, once for each occasion. Return what was undone."""
        outcome = take_back([(environments, reason)], occasion, self._rules)
        self.perform(issue, outcome)
        return outcome.undone

    def perform(self, issue: Issue, outcome: Outcome) -> None:
        """Comment on the issue and change its body, in the order of the actions."""
        for action in outcome.actions:
            match action:
                case Note(about, text):
                    self.issues.note(issue.number, about, text)
                case rewrite:
                    change = partial(rewritten, rewrite=rewrite, phases=self._rules.phases)
                    self.issues.rewrite(issue.number, change)

    def disagrees(self, issue: Issue, promotion: Promotion) -> Applied | None:
        """Refuse an issue whose parts name different promotions. Return None if they agree."""
        disagreement = self.issues.disagreement(issue, promotion)
        if disagreement is None:
            return None
        text = disagrees(disagreement)
        self.issues.note(issue.number, ("disagrees", what(disagreement)), text)
        return Applied(issue.number, refused=refused_request(text))
