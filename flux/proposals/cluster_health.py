"""Finds the health of environments from the reports of their clusters."""

from collections.abc import Collection, Mapping

from flux.forge import has_reports
from flux.monorepo.monorepo import Monorepo
from flux.promotion.clusters.health import Health, Running, TagBehind, health
from flux.promotion.plan import Action, Step
from flux.proposals.gate_states import GateStates, last_stay


def follows(monorepo: Monorepo) -> bool:
    """Whether the reports of clusters are read: if the settings say so, or if the answer is cheap."""
    return monorepo.settings.has_progress or has_reports(monorepo.git.root)


class Clusters:
    """Finds the health of an artifact's environments."""

    def __init__(self, monorepo: Monorepo, courses: GateStates | None = None) -> None:
        self._settings = monorepo.settings
        self._courses = courses or GateStates(monorepo, only_now=True)

    @property
    def now(self) -> float:
        return self._courses.now

    def expect(self, artifacts: Collection[str]) -> None:
        """Prepare for questions about all of these artifacts."""
        self._courses.expect(artifacts)

    def health(self, artifact: str, steps: Mapping[str, Step]) -> dict[str, Health]:
        """Return the health by environment: WAITING if the tag has to move and a cluster ever reported."""
        tags = {step.environment: step.old for step in steps.values() if step.old}
        state = self._courses.state(artifact, tags)
        found = {}
        for environment, step in steps.items():
            stay = last_stay(state, environment, step.old)
            clusters = self._settings.clusters.get(environment)
            names = clusters.names if clusters else ()
            since = stay.arrived if stay else None
            own = health(state.reports, environment, step.old or "", since, names)
            if own.state is not Running.UNKNOWN and step.drifts and step.action != Action.FAILED:
                wanted = state.wanted.get(environment, ())
                own = Health(Running.WAITING, wanted[-1].time if wanted else None, TagBehind())
            found[environment] = own
        return found
