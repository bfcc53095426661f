"""Makes the promotions that the rules allow now, and follows versions to the clusters."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from flux.errors import FluxError
from flux.forge.forge import PullState
from flux.monorepo.desired import choose_artifacts, stray_of
from flux.monorepo.drift import Looked, look
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.names import has_artifact
from flux.monorepo.obtained_lines import expect_desired
from flux.monorepo.releases import releases
from flux.monorepo.vouching import Vouching
from flux.promotion.clusters.health import Health
from flux.promotion.convergence import Wish
from flux.promotion.gates.auto import due, wants
from flux.promotion.gates.rule import Auto
from flux.promotion.gates.state import GateState
from flux.promotion.ledger import Decision, latest
from flux.promotion.proposal import Promotion
from flux.proposals.apply import Applier
from flux.proposals.by_rule import Advanced, RuleProposals
from flux.proposals.changed_since import changed_since
from flux.proposals.cluster_failures import ClusterFailures
from flux.proposals.cluster_health import Clusters
from flux.proposals.gate_states import GateStates
from flux.proposals.rollouts import Rollouts


class Advance:
    """Advances artifacts, one after another. If one fails, the others are still advanced."""

    def __init__(
        self, monorepo: Monorepo, courses: GateStates | None = None, vouching: Vouching | None = None
    ) -> None:
        self._monorepo = monorepo
        self._settings = monorepo.settings
        self._applier = Applier(monorepo)
        self._courses = courses or GateStates(monorepo, self._applier.issues.authority)
        self._vouching = vouching or Vouching(monorepo)
        self._follower = Rollouts(monorepo, self._courses)
        self._done = Advanced()
        self._proposals = RuleProposals(monorepo, self._applier, self._vouching, self._done)
        self._failures = ClusterFailures(monorepo, self._courses, self._applier, self._proposals, self._done)

    def in_motion(self) -> list[str]:
        """Return the artifacts that a rule may promote, and those with an open promotion issue."""
        names = choose_artifacts(self._monorepo, self._courses.desired, [])
        moving = {promotion.artifact for promotion, issue in self._proposals.issues.items() if issue.open}
        versions: dict[str, list[str]] = {}
        for released in releases(self._monorepo, names):
            versions.setdefault(released.artifact, []).append(str(released.version))
        return [name for name in names if name in moving or self._may_go_on(name, versions.get(name, []))]

    def advance(self, artifacts: Iterable[str]) -> Advanced:
        artifacts = list(artifacts)
        expect_desired(self._monorepo, self._courses.desired, artifacts)
        for artifact in artifacts:
            try:
                self._one(artifact)
            except FluxError as error:
                self._done.errors.append((artifact, error))
        return replace(self._done, notices=[*self._done.notices, *self._follower.notices])

    def _may_go_on(self, artifact: str, versions: Sequence[str]) -> bool:
        """Whether a rule could promote one of these versions by itself. Other conditions are not checked."""
        course = self._courses.course(artifact)
        desired = GateState(versions=self._courses.desired.get(artifact, {}))
        return any(
            rule.auto is not Auto.NEVER and wants(version, environment, phase, course, desired)
            for phase, rule in course.rules.items()
            for environment in course.groups[phase]
            for version in versions[-50:]
        )

    def _one(self, artifact: str) -> None:
        if error := stray_of(self._monorepo, artifact, self._courses.desired.get(artifact, {})):
            raise error
        (looked,) = look(self._monorepo, [artifact], self._courses.desired, vouching=self._vouching)
        if self._follower.adopt(artifact):
            self._courses.forget(artifact)
            self._done.done.append(f"{artifact}: recorded when its tags were moved")
        health = self._health(artifact, looked)
        self._done.done.extend(self._follower.settle(artifact, health))
        if has_artifact(self._monorepo, artifact):  # a removed artifact can only be rolled back
            versions = [str(each.version) for each in releases(self._monorepo, [artifact])]
            while unfit := self._follow_rules(artifact, versions):
                versions = [version for version in versions if version not in unfit]
            self._resume(artifact)
        self._failures.answer(artifact, health)

    def _health(self, artifact: str, looked: Looked) -> dict[str, Health]:
        steps = {step.environment: step for step in looked.steps if step.environment}
        found = Clusters(self._monorepo, self._courses).health(artifact, steps)
        self._done.healths[artifact] = found
        return found

    def _follow_rules(self, artifact: str, versions: Sequence[str]) -> set[str]:
        """Propose those of the versions that are due. Return those that may not be promoted at all."""
        course, state = self._courses.course(artifact), self._courses.state(artifact)
        unfit = set()
        for each in due(versions, course, state, self._courses.now):
            promotion = Promotion(artifact, each.version)
            if not self._proposals.propose(promotion, each.environments, self._courses.now):
                unfit.add(each.version)
        return unfit

    def _resume(self, artifact: str) -> None:
        """Propose what people asked for and what was left out of a merged pull request because it waited."""
        for promotion, issue in self._proposals.issues.items():
            if promotion.artifact != artifact or not issue.open or not self._settings.has_rules:
                continue
            branch = self._applier.branches.read(promotion, self._applier.branches.main())
            if branch and not branch.ended:
                continue
            last = self._proposals.last_pull(promotion)
            if last is None or last.state is not PullState.MERGED:
                continue
            known = self._applier.known(promotion, issue.number)
            resumed = self._waiting(promotion, known)
            if resumed and not self._proposals.is_unfit(promotion):
                self._proposals.converge(promotion, Wish(known=known, resumed=resumed))

    def _waiting(self, promotion: Promotion, known: Sequence[Decision]) -> list[Decision]:
        """Return the last requests for environments that never had this version on main, if main has not
        given them another version since."""
        wanted = self._courses.state(promotion.artifact).wanted
        found: dict[Decision, list[str]] = {}
        for environment, decision in latest(known).items():
            had = any(each.version == promotion.version for each in wanted.get(environment, ()))
            if decision.asks and not had and not self._changed_since(promotion, environment, decision.time):
                found.setdefault(decision, []).append(environment)
        return [replace(decision, environments=tuple(names)) for decision, names in found.items()]

    def _changed_since(self, promotion: Promotion, environment: str, time: float) -> bool:
        """Whether main has given an environment another version since `time`, by the forge's clock."""
        tip = self._monorepo.tip
        return bool(changed_since(self._monorepo, promotion.artifact, tip, [environment], time))
