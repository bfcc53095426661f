"""Keeps a promotion's issue and its pull request in sync."""

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property

from flux.forge.forge import Issue, PullRequest, PullState
from flux.monorepo.monorepo import Monorepo
from flux.promotion import altered
from flux.promotion.boxes import ticked
from flux.promotion.convergence import Side, Wish
from flux.promotion.ledger import Decision, How, asked, latest
from flux.promotion.outcome import Note, Outcome, PhaseOrder, Rewrite, Untick, take_back
from flux.promotion.proposal import Promotion
from flux.promotion.texts import notices as say
from flux.promotion.texts.comment import is_reached
from flux.proposals.applied import Applied
from flux.proposals.converge import Converger, Proposed
from flux.proposals.issues import PromotionIssues
from flux.proposals.known import known_of


class Upkeep:
    """Of one monorepo's promotions: reads the state, lets pure functions decide, and performs."""

    def __init__(self, monorepo: Monorepo) -> None:
        self._monorepo = monorepo
        self._forge = monorepo.forge
        self._rules = PhaseOrder(monorepo.settings.groups, monorepo.settings.require_order)
        self.issues = PromotionIssues(monorepo)
        self.converger = Converger(monorepo, self.issues.authority)
        self.branches = self.converger.branches

    @cached_property
    def _main(self) -> Side:
        """The desired state when it was first asked for."""
        return self.branches.main()

    def mend(self, issue: Issue, promotion: Promotion) -> bool:
        """Put right an altered marker, and boxes that are gone, where that was not undone at once; whether
        there was any."""
        is_altered = altered.mended(issue.body, promotion, self._rules.phases) != issue.body
        if is_altered:
            held = self._held(issue, promotion)
            self.perform(issue, altered.mend(promotion, issue.updated, held, self._rules))
        return is_altered

    def is_over(self, issue: Issue, promotion: Promotion) -> bool:
        """Whether nothing in a closed issue's text has to be put right: of very many such, nobody has to be
        asked anything."""
        if altered.mended(issue.body, promotion, self._rules.phases) != issue.body:
            return False
        return not self.unreached(issue, promotion, self._main)

    def unreached(self, issue: Issue, promotion: Promotion, main: Side) -> set[str]:
        """The ticked environments to which main has not given the version, nor a newer one."""
        versions = main.of(promotion.artifact)
        return {
            environment
            for environment in ticked(issue.body, self._rules.phases)
            if not is_reached(promotion, versions.get(environment))
        }

    def _held(self, issue: Issue, promotion: Promotion) -> set[str]:
        """The environments that somebody ticked last, and that are proposed or on main."""
        main = self.branches.main()
        branch = self.branches.read(promotion, main)
        proposed = branch.proposes(promotion.artifact) if branch and not branch.ended else set()
        versions = main.of(promotion.artifact)
        said = latest(self.known(promotion, issue.number))
        return {
            environment
            for environment, decision in said.items()
            if decision.how is How.TICK
            and (environment in proposed or versions.get(environment) == promotion.version)
        }

    def known(self, promotion: Promotion, number: int | None) -> list[Decision]:
        """Every decision about a promotion that was recorded; `number` is its issue's."""
        return known_of(self.branches, self.issues, promotion, number)

    def converge(self, issue: Issue, promotion: Promotion, wish: Wish | None = None) -> Proposed:
        """Bring the pull request up to date, and untick what it does not propose any more."""
        wished = wish or Wish(known=self.known(promotion, issue.number))

        def ended(pull: PullRequest, environments: set[str]) -> None:
            if pull.state is PullState.CLOSED:
                anew = asked(wished.decisions, wished.known)
                # Also those whose boxes an earlier run has unticked, and could not tell.
                ticks = {e for e, last in latest(wished.known).items() if last.how is How.TICK}
                body = (self._forge.issue(issue.number) or issue).body
                gone = environments & (ticks | ticked(body, self._rules.phases)) - anew
                self.take_back(issue, gone, say.pull_request_closed(pull.url), str(pull.number))

        def dropped(versions: Mapping[str, str | None]) -> None:
            for environment, version in versions.items():
                occasion = f"{environment} {version or ''}"
                self.take_back(issue, {environment}, say.main_has(version), occasion)

        def unwritten(decisions: Sequence[Decision]) -> None:
            self.issues.write_down(issue.number, decisions)

        proposed = self.converger.converge(promotion, wished, issue.url, ended, dropped, unwritten)
        if proposed.stopped and proposed.pull_request:
            self.issues.note(proposed.pull_request.number, proposed.notices, "\n".join(proposed.notices))
        return proposed

    def converge_alone(self, promotion: Promotion, wish: Wish | None = None) -> Proposed:
        """The same for a promotion without an issue. What no commit records its pull request does."""
        unwritten: list[Decision] = []
        wished = wish or Wish(known=self.known(promotion, None))
        proposed = self.converger.converge(promotion, wished, on_unwritten=unwritten.extend)
        if unwritten and proposed.pull_request and proposed.pull_request.number:
            self.issues.write_down(proposed.pull_request.number, unwritten)
        return proposed

    def take_back(
        self, issue: Issue, environments: Collection[str], reason: str, occasion: str
    ) -> tuple[str, ...]:
        """Untick environments and say why, once for each occasion; what was undone."""
        outcome = take_back([(environments, reason)], occasion, self._rules)
        self.perform(issue, outcome)
        return outcome.undone

    def perform(self, issue: Issue, outcome: Outcome) -> None:
        """Comment on the issue and change its body, in the order of the actions."""
        for action in outcome.actions:
            match action:
                case Note(about, text):
                    self.issues.note(issue.number, about, text)
                case Rewrite(change):
                    self.issues.rewrite(issue.number, change)
                case Untick(environments):
                    self.issues.untick(issue.number, environments)

    def disagrees(self, issue: Issue, promotion: Promotion) -> Applied | None:
        """For an issue whose parts name different promotions: it promotes nothing, and says so."""
        disagreement = self.issues.disagreement(issue, promotion)
        if not disagreement:
            return None
        self.issues.note(issue.number, ("disagrees", disagreement), say.disagreement(disagreement))
        return Applied(issue.number, notices=(say.disagreement(disagreement),), refused=True)
