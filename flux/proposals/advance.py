"""Does for artifacts what the rules allow now, and follows their versions to the clusters."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from flux.errors import FluxError, RequestError, UnpublishedError
from flux.forge.forge import Issue, PullRequest, PullState
from flux.monorepo.desired import choose
from flux.monorepo.drift import Looked, look
from flux.monorepo.history import before, history
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.releases import releases
from flux.monorepo.vouching import Vouching
from flux.promotion.clusters.health import Health, Running
from flux.promotion.convergence import Wish
from flux.promotion.gates.auto import due, wants
from flux.promotion.gates.gate import judge
from flux.promotion.gates.rule import Auto, OnFailure
from flux.promotion.gates.state import GateState
from flux.promotion.ledger import Decision, How, latest, moment, withdrawn
from flux.promotion.proposal import Promotion
from flux.proposals.apply import Applier
from flux.proposals.clusters import Clusters
from flux.proposals.converge import Proposed
from flux.proposals.courses import Courses
from flux.proposals.following import Follower
from flux.proposals.superseding import Superseder
from flux.proposals.times import changed_since


@dataclass(frozen=True)
class Advanced:
    """What was done; `errors` are what could not be, by what it was about. `healths` are by artifact and
    environment."""

    done: list[str] = field(default_factory=list)
    errors: list[tuple[str, FluxError]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    healths: dict[str, dict[str, Health]] = field(default_factory=dict)
    proposed: list[Proposed] = field(default_factory=list)


class Advance:
    """Advances artifacts, one after another; what fails leaves the others to be advanced."""

    def __init__(
        self, monorepo: Monorepo, courses: Courses | None = None, vouching: Vouching | None = None
    ) -> None:
        self._monorepo = monorepo
        self._settings = monorepo.settings
        self._forge = monorepo.forge
        self._applier = Applier(monorepo)
        self._courses = courses or Courses(monorepo, self._applier.issues.authority)
        self._vouching = vouching or Vouching(monorepo)
        self._superseder = Superseder(monorepo, self._applier)
        self._follower = Follower(monorepo, self._courses)
        self._done = Advanced(notices=self._follower.notices)
        self._issues: dict[Promotion, Issue] | None = None

    def in_motion(self) -> list[str]:
        """The artifacts that a rule may take further, and those whose promotion issue is open."""
        names = choose(self._monorepo, self._courses.desired, [])
        moving = {promotion.artifact for promotion, issue in self.issues.items() if issue.open}
        versions: dict[str, list[str]] = {}
        for released in releases(self._monorepo, names):
            versions.setdefault(released.artifact, []).append(str(released.version))
        return [name for name in names if name in moving or self._may_go_on(name, versions.get(name, []))]

    @property
    def issues(self) -> dict[Promotion, Issue]:
        """By promotion, its issue: the open one, where there are several."""
        if self._issues is None:
            self._issues = {}
            for issue, promotion in self._applier.issues.all():
                if promotion not in self._issues or issue.open:
                    self._issues[promotion] = issue
        return self._issues

    def advance(self, artifacts: Iterable[str]) -> Advanced:
        for artifact in artifacts:
            try:
                self._one(artifact)
            except FluxError as error:
                self._done.errors.append((artifact, error))
        return self._done

    def _may_go_on(self, artifact: str, versions: Sequence[str]) -> bool:
        """Whether a rule would take one of these versions by itself, whatever else has to hold."""
        course = self._courses.course(artifact)
        desired = GateState(versions=self._courses.desired.get(artifact, {}))
        return any(
            rule.auto is not Auto.NEVER and wants(version, environment, phase, course, desired)
            for phase, rule in course.rules.items()
            for environment in course.groups[phase]
            for version in versions[-50:]
        )

    def _one(self, artifact: str) -> None:
        (looked,) = look(self._monorepo, [artifact], self._courses.desired, vouching=self._vouching)
        if self._follower.adopt(artifact):
            self._courses.forget(artifact)
            self._done.done.append(f"{artifact}: recorded when its tags were moved")
        health = self._health(artifact, looked)
        self._done.done.extend(self._follower.settle(artifact, health))
        versions = [str(each.version) for each in releases(self._monorepo, [artifact])]
        while unfit := self._follow_rules(artifact, versions):
            versions = [version for version in versions if version not in unfit]
        self._resume(artifact)
        self._answer(artifact, health)

    def _health(self, artifact: str, looked: Looked) -> dict[str, Health]:
        steps = {step.environment: step for step in looked.steps if step.environment}
        found = Clusters(self._monorepo, self._courses).health(artifact, steps)
        self._done.healths[artifact] = found
        return found

    def _follow_rules(self, artifact: str, versions: Sequence[str]) -> set[str]:
        """Propose what is due of these versions, instead of what was due before; those that may not be
        promoted at all."""
        course, state = self._courses.course(artifact), self._courses.state(artifact)
        unfit = set()
        for each in due(versions, course, state, self._courses.now):
            promotion = Promotion(artifact, each.version)
            if not self._propose(promotion, each.environments):
                unfit.add(each.version)
        return unfit

    def _propose(self, promotion: Promotion, environments: Collection[str], rollback: bool = False) -> bool:
        """Propose on the authority of a rule what nobody has taken back since; False for a version that may
        not be promoted at all."""
        last = self._last_pull(promotion)
        if last and last.state is PullState.CLOSED and not self._superseder.was_superseded(last):
            return True  # somebody closed it: a newer version, or a person, goes on
        issue = self.issues.get(promotion)
        branch = self._applier.branches.read(promotion, self._applier.branches.main())
        proposed = branch.proposes(promotion.artifact) if branch and not branch.ended else set()
        known = self._applier.known(promotion, issue.number if issue else None)
        new = [name for name in environments if name not in proposed | withdrawn(known)]
        if new and self._is_unfit(promotion):
            return False
        if new:
            now = moment(self._courses.now, known, new)
            who = self._applier.issues.authority.caller
            decision = Decision(who, How.RULE, tuple(new), now, issue.number if issue else None)
            done = self._converge(promotion, issue, Wish((decision,), known, rollback))
            last, proposed = done.pull_request, {change.environment for change in done.changes}
        if not rollback:
            self._supersede(promotion, last, proposed & set(environments))
        return True

    def _last_pull(self, promotion: Promotion) -> PullRequest | None:
        pulls = self._forge.pull_requests(branch=promotion.branch)
        return pulls[-1] if pulls else None

    def _supersede(
        self, promotion: Promotion, pull: PullRequest | None, environments: Collection[str]
    ) -> None:
        if pull and pull.state is PullState.OPEN:
            done = self._superseder.supersede(promotion, pull.url, environments, self.issues)
            self._done.done.extend(done)

    def _resume(self, artifact: str) -> None:
        """Take up what people asked for, and what had to wait for the rest of its pull request."""
        for promotion, issue in self.issues.items():
            if promotion.artifact != artifact or not issue.open or not self._settings.has_rules:
                continue
            branch = self._applier.branches.read(promotion, self._applier.branches.main())
            if branch and not branch.ended:
                continue
            last = self._last_pull(promotion)
            if last is None or last.state is not PullState.MERGED:
                continue
            known = self._applier.known(promotion, issue.number)
            resumed = self._waiting(promotion, known)
            if resumed and not self._is_unfit(promotion):
                self._converge(promotion, issue, Wish(known=known, resumed=resumed))

    def _waiting(self, promotion: Promotion, known: Sequence[Decision]) -> list[Decision]:
        """The last words on environments that main never gave this version, nor another since, and on no
        others."""
        wanted = self._courses.state(promotion.artifact).wanted
        found: dict[Decision, list[str]] = {}
        for environment, decision in latest(known).items():
            had = any(each.version == promotion.version for each in wanted.get(environment, ()))
            if decision.asks and not had and not self._changed_since(promotion, environment, decision.time):
                found.setdefault(decision, []).append(environment)
        return [replace(decision, environments=tuple(names)) for decision, names in found.items()]

    def _changed_since(self, promotion: Promotion, environment: str, time: float) -> bool:
        """Whether main has given an environment another version since, by the forge's clock."""
        tip = self._monorepo.tip
        return bool(changed_since(self._monorepo, promotion.artifact, tip, [environment], time))

    def _answer(self, artifact: str, health: dict[str, Health]) -> None:
        """Open the way back for environments that fail, where the rule of their phase says so."""
        course = self._courses.course(artifact)
        failing = [
            environment
            for environment, found in health.items()
            if found.state is Running.FAILING
            and course.rules[course.phase_of(environment)].on_failure is OnFailure.ROLLBACK
        ]
        states = list(history(self._monorepo, artifact)) if failing else []
        for environment in failing:
            version = before(states, environment)
            if version and self._may_go(artifact, version, environment):
                self._propose(Promotion(artifact, version), [environment], rollback=True)

    def _may_go(self, artifact: str, version: str, environment: str) -> bool:
        course, state = self._courses.course(artifact), self._courses.state(artifact)
        return judge(version, environment, course, state, self._courses.now).allowed

    def _converge(self, promotion: Promotion, issue: Issue | None, wish: Wish) -> Proposed:
        if issue:
            proposed = self._applier.converge(issue, promotion, wish)
        else:
            proposed = self._applier.converge_alone(promotion, wish)
        self._done.proposed.append(proposed)
        names = ", ".join(change.environment for change in proposed.changes)
        self._done.done.append(f"{promotion.branch}: {proposed.action} for {names}")
        self._done.notices.extend(proposed.notices)
        self._merge(proposed)
        return proposed

    def _merge(self, proposed: Proposed) -> None:
        """Let the forge merge what a rule has proposed, where all of its phases say so."""
        pull, names = proposed.pull_request, [change.environment for change in proposed.changes]
        if pull is None or proposed.stopped or self._monorepo.dry_run:
            return
        if not self._applier.converger.merging.leave_to_forge(proposed.promotion, pull, names):
            self._done.notices.append(f"{pull.url} has to be merged by a person: auto-merge is not possible")

    def _is_unfit(self, promotion: Promotion) -> bool:
        """Whether a version may not be promoted at all: it is not published, or not its release's."""
        fault = self._vouching.promotion_fault(promotion.artifact, promotion.version)
        if isinstance(fault, UnpublishedError | RequestError):
            self._done.notices.append(fault.message)
        elif fault:
            self._done.errors.append((f"{promotion.artifact} {promotion.version}", fault))
        return fault is not None
