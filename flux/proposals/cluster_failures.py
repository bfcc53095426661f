"""Reacts if a cluster fails or runs again: comments on the issue, and proposes a rollback."""

from collections.abc import Mapping

from flux.monorepo.monorepo import Monorepo
from flux.promotion.clusters.health import Health, Running
from flux.promotion.gates.gate import judge
from flux.promotion.gates.rule import OnFailure
from flux.promotion.proposal import Promotion
from flux.promotion.texts.notices import fails
from flux.promotion.texts.times import shown_time
from flux.proposals.apply import Applier
from flux.proposals.by_rule import Advanced, RuleProposals
from flux.proposals.gate_states import GateStates


class ClusterFailures:
    """Reacts to the health of an artifact's clusters. The results are added to `done`."""

    def __init__(
        self,
        monorepo: Monorepo,
        courses: GateStates,
        applier: Applier,
        proposals: RuleProposals,
        done: Advanced,
    ) -> None:
        self._forge = monorepo.forge
        self._courses = courses
        self._applier = applier
        self._proposals = proposals
        self._done = done

    def answer(self, artifact: str, health: Mapping[str, Health]) -> None:
        for environment, found in health.items():
            if found.state is Running.FAILING:
                self._tell(artifact, environment, found)
        course = self._courses.course(artifact)
        ways = {
            environment: found
            for environment, found in health.items()
            if course.rules[course.phase_of(environment)].on_failure is OnFailure.ROLLBACK
        }
        if ways:
            self._open_ways(artifact, ways)
            self._close_ways(artifact, ways)

    def _tell(self, artifact: str, environment: str, found: Health) -> None:
        """Comment on the issue of the failing version, once a day. A closed issue is reopened."""
        version = self._courses.desired.get(artifact, {}).get(environment, "")
        issue = self._proposals.issues.get(Promotion(artifact, version))
        about = ("failing", environment, shown_time(found.since or self._courses.now)[:10])
        if issue is None or self._applier.issues.has_noted(issue.number, about):
            return
        self._applier.issues.note(issue.number, about, fails(environment, version, found))
        if not issue.open:
            self._forge.edit_issue(issue.number, open=True)
            self._done.done.append(f"issue {issue.number}: opened again, since {environment} fails")

    def _open_ways(self, artifact: str, health: Mapping[str, Health]) -> None:
        """Propose the rollback of environments that fail."""
        state, now = self._courses.state(artifact), self._courses.now
        for environment, found in health.items():
            version = state.way_back(environment, now) if found.state is Running.FAILING else None
            if version and self._may_go(artifact, version, environment):
                self._proposals.propose_back(Promotion(artifact, version), environment, found.since or 0, now)

    def _may_go(self, artifact: str, version: str, environment: str) -> bool:
        course, state = self._courses.course(artifact), self._courses.state(artifact)
        return judge(version, environment, course, state, self._courses.now).allowed

    def _close_ways(self, artifact: str, health: Mapping[str, Health]) -> None:
        """Close the rollbacks whose environments all run again."""
        running = {name for name, found in health.items() if found.state is Running.RUNNING}
        if running:
            self._done.done.extend(
                self._proposals.superseder.close_ways(artifact, running, self._proposals.issues)
            )
