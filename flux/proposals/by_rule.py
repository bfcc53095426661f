"""Proposes what a rule allows, on the rule's authority, except what people have refused."""

from collections.abc import Collection
from dataclasses import dataclass, field

from flux.errors import FluxError, RequestError, UnpublishedError
from flux.forge.forge import Issue, PullRequest, PullState
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.vouching import Vouching
from flux.notice import AnyNotice, Notice
from flux.promotion.clusters.health import Health
from flux.promotion.convergence import Wish
from flux.promotion.ledger import Decision, How, decision_time, latest
from flux.promotion.proposal import Promotion
from flux.promotion.texts.comment import is_reached
from flux.proposals.apply import Applier
from flux.proposals.converge import Proposed
from flux.proposals.superseded import Superseder


@dataclass(frozen=True)
class Advanced:
    """What was done. `errors` has pairs of a subject and its error. `healths` are by artifact and
    environment."""

    done: list[str] = field(default_factory=list)
    errors: list[tuple[str, FluxError]] = field(default_factory=list)
    notices: list[AnyNotice] = field(default_factory=list)
    healths: dict[str, dict[str, Health]] = field(default_factory=dict)
    proposed: list[Proposed] = field(default_factory=list)


class RuleProposals:
    """Opens the pull requests of rules. The results are added to `done`."""

    def __init__(self, monorepo: Monorepo, applier: Applier, vouching: Vouching, done: Advanced) -> None:
        self._monorepo = monorepo
        self._forge = monorepo.forge
        self._applier = applier
        self._vouching = vouching
        self._done = done
        self.superseder = Superseder(monorepo, applier)
        self._issues: dict[Promotion, Issue] | None = None

    @property
    def issues(self) -> dict[Promotion, Issue]:
        """The issue of each promotion: an open one, if there are several."""
        if self._issues is None:
            self._issues = {}
            for issue, promotion in self._applier.issues.all():
                if promotion not in self._issues or issue.open:
                    self._issues[promotion] = issue
        return self._issues

    def propose(self, promotion: Promotion, environments: Collection[str], now: float) -> bool:
        """Propose what people have not taken back. Return False if the version may not be promoted at all."""
        last = self.last_pull(promotion)
        if last and self._is_refused(promotion, last):
            return True  # only a newer version or a person may continue
        done = self._propose(promotion, environments, now)
        if done is None:
            return False
        pull, proposed = done
        if pull and pull.state is PullState.OPEN:
            overtaken = self.superseder.supersede(
                promotion, pull.url, proposed & set(environments), self.issues
            )
            self._done.done.extend(overtaken)
        return True

    def propose_back(self, promotion: Promotion, environment: str, since: float, now: float) -> None:
        """Propose the rollback of an environment that fails since a time. Refusals before that time are
        ignored."""
        if not self._is_way_refused(promotion, environment):
            self._propose(promotion, [environment], now, since, rollback=True)

    def converge(self, promotion: Promotion, wish: Wish) -> Proposed:
        issue = self.issues.get(promotion)
        if issue:
            proposed = self._applier.converge(issue, promotion, wish)
        else:
            proposed = self._applier.converge_alone(promotion, wish)
        self._done.proposed.append(proposed)
        if proposed.stopped:  # it was not changed
            self._done.notices.append(Notice(proposed.stopped))
        else:
            names = ", ".join(change.environment for change in proposed.changes)
            self._done.done.append(f"{promotion.branch}: {proposed.action} for {names}")
        self._done.notices.extend(proposed.notices)
        self._merge(proposed)
        return proposed

    def last_pull(self, promotion: Promotion) -> PullRequest | None:
        pulls = self._forge.pull_requests(branch=promotion.branch)
        return pulls[-1] if pulls else None

    def is_unfit(self, promotion: Promotion) -> bool:
        """Whether a version may not be promoted at all: it is unpublished, or its release did not make it."""
        fault = self._vouching.promotion_fault(promotion.artifact, promotion.version)
        if isinstance(fault, UnpublishedError | RequestError):
            self._done.notices.append(Notice(fault))
        elif fault:
            self._done.errors.append((f"{promotion.artifact} {promotion.version}", fault))
        return fault is not None

    def _propose(
        self,
        promotion: Promotion,
        environments: Collection[str],
        now: float,
        since: float = 0,
        rollback: bool = False,
    ) -> tuple[PullRequest | None, set[str]] | None:
        """Return the pull request and what it proposes; None if the version may not be promoted at all.
        Environments that were taken back `since` are not proposed."""
        issue, last = self.issues.get(promotion), self.last_pull(promotion)
        branches = self._applier.branches
        proposed = branches.proposed(promotion, branches.main())
        known = self._applier.known(promotion, issue.number if issue else None)
        refused = {name for name, said in latest(known).items() if not said.asks and said.time >= since}
        new = [name for name in environments if name not in proposed | refused]
        if not new:
            return last, proposed
        if self.is_unfit(promotion):
            return None
        who, number = self._applier.issues.authority.caller, issue.number if issue else None
        decision = Decision(who, How.RULE, tuple(new), decision_time(now, known, new), number)
        done = self.converge(promotion, Wish((decision,), known, rollback))
        return done.pull_request, {change.environment for change in done.changes}

    def _is_refused(self, promotion: Promotion, last: PullRequest) -> bool:
        """Whether a person closed the last pull request although main did not have all of it."""
        if last.state is not PullState.CLOSED or self.superseder.was_superseded(last):
            return False
        main = self._applier.branches.main()
        closed = self._applier.branches.closed(promotion, main)
        versions = main.of(promotion.artifact)
        return closed is None or not all(is_reached(promotion, versions.get(name)) for name in closed[1])

    def _is_way_refused(self, promotion: Promotion, environment: str) -> bool:
        """Whether a person closed the rollback from the version that an environment has."""
        main = self._applier.branches.main()
        closed = self._applier.branches.closed(promotion, main)
        if closed is None or self.superseder.was_superseded(closed[0]):
            return False
        had = closed[1].get(environment)
        return had is not None and had == main.of(promotion.artifact).get(environment)

    def _merge(self, proposed: Proposed) -> None:
        """Switch auto-merge on for a rule's pull request, if all of its phases allow it."""
        pull, names = proposed.pull_request, [change.environment for change in proposed.changes]
        if pull is None or proposed.stopped or self._monorepo.dry_run:
            return
        if not self._applier.converger.merging.leave_to_forge(proposed.promotion, pull, names):
            self._done.notices.append(f"{pull.url} has to be merged by a person: auto-merge is not possible")
