"""Follows an artifact's versions to the clusters: records missed moves, and updates deployments."""

from collections.abc import Mapping, Sequence

from flux.errors import FluxError, without_frames
from flux.forge.reporting import DeploymentState
from flux.monorepo.monorepo import Monorepo
from flux.notice import Notice
from flux.promotion.clusters.health import Health, Running
from flux.promotion.gates.move import Move
from flux.promotion.texts.deployment import not_updated
from flux.promotion.texts.health import message
from flux.proposals.deployments import Recorder
from flux.proposals.gate_states import GateStates, commit_of

_STATES = {Running.RUNNING: DeploymentState.SUCCESS, Running.FAILING: DeploymentState.FAILURE}


class Rollouts:
    """Updates the forge's deployments from cluster reports."""

    def __init__(self, monorepo: Monorepo, courses: GateStates) -> None:
        self._monorepo = monorepo
        self._forge = monorepo.forge
        self._courses = courses
        self._recorder = Recorder(monorepo)
        self._failed: list[Notice] = []

    @property
    def notices(self) -> list[Notice]:
        """The moves that could not be recorded, and the deployments that could not be updated."""
        return [*self._recorder.notices, *self._failed]

    def adopt(self, artifact: str) -> bool:
        """Record missed moves, as after a killed run. Return whether there were any."""
        moves = self._courses.moves(artifact)
        last = {move.environment: move for move in moves}
        target = self._monorepo.registry.repository(artifact)
        unrecorded = self._courses.first_seen(artifact)
        for move in unrecorded:
            self._recorder.record(move)
        found = bool(unrecorded)
        for environment, version in self._courses.desired.get(artifact, {}).items():
            known = last.get(environment)
            if known is None or known.version == version:
                continue
            manifest = target.fetch_manifest(version)
            if manifest and target.resolve(environment) == manifest.digest:
                digest, now = manifest.digest, self._courses.now
                self._recorder.record(Move(artifact, environment, version, digest, commit_of(manifest), now))
                found = True
        return found

    def settle(self, artifact: str, health: Mapping[str, Health]) -> list[str]:
        """Set the last deployment of each environment to the state of its clusters. Return the changes."""
        done = []
        by_environment: dict[str, list[Move]] = {}
        for move in self._courses.moves(artifact):
            by_environment.setdefault(move.environment, []).append(move)
        for environment, moves in by_environment.items():
            found = health.get(environment)
            state = _STATES.get(found.state) if found else None
            try:
                changed = state and found and self._set(moves[-1], state, message(found))
                if changed:
                    done.append(f"{artifact}:{environment}: {state} of {moves[-1].version}")
                # Without clusters, the move of the tag itself is the success.
                if changed or environment not in self._monorepo.settings.clusters:
                    self._retire(moves[:-1])
            except FluxError as error:
                self._failed.append(Notice(without_frames(error), not_updated(artifact, environment)))
        return done

    def _retire(self, moves: Sequence[Move]) -> None:
        """Set earlier moves to inactive, the newest first. Stop at an inactive one: all before it are too."""
        for move in reversed(moves):
            if not self._set(move, DeploymentState.INACTIVE, ""):
                return

    def _set(self, move: Move, state: DeploymentState, description: str) -> bool:
        """Set the state of a deployment. Return whether it had another state."""
        if not move.id or self._forge.deployment_state(move.id) == state:
            return False
        self._forge.set_deployment_state(move.id, state, description)
        return True
