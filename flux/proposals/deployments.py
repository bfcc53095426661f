"""Records the moves of environment tags as deployments of the forge."""

from collections.abc import Callable
from threading import Lock
from time import monotonic

from semver import Version

from flux.errors import FluxError, without_frames
from flux.forge.reporting import DeploymentState
from flux.monorepo.monorepo import Monorepo
from flux.notice import Notice
from flux.promotion.gates.move import Move
from flux.promotion.plan import Step
from flux.promotion.texts import deployment as say
from flux.proposals.gate_states import TASK, commit_of
from flux.registry.target import Manifest

_MOST_FAILURES = 3


class Recorder:
    """Records tag moves with the forge's time. If a record fails, the move still counts."""

    def __init__(self, monorepo: Monorepo) -> None:
        self._monorepo = monorepo
        self._form = monorepo.settings.tag_form
        self._asking = Lock()
        self._clock: float | None = None
        self._made: list[Move] = []
        self._failed: dict[str, tuple[FluxError, list[Move]]] = {}

    @property
    def notices(self) -> list[Notice]:
        """The moves that could not be recorded, one for each reason."""
        return [Notice(error, say.not_recorded(moves)) for error, moves in self._failed.values()]

    def begin(self, step: Step, manifest: Manifest) -> Callable[[], None]:
        """Return a function to call once the tag has moved. Call this before it moves."""
        began = self._time()

        def done() -> None:
            commit = commit_of(manifest)
            version = step.version or ""
            move = Move(step.artifact, step.environment, version, manifest.digest, commit, began or 0)
            with self._asking:
                self._made.append(move)

        return done

    def finish(self) -> None:
        """Record the moves. This comes last: forges allow few writes a minute, and no tag should wait."""
        made, self._made = self._made, []
        for move in made:
            self.record(move)

    def record(self, move: Move) -> None:
        for _, moves in self._failed.values():
            if len(moves) >= _MOST_FAILURES:  # the next would fail for the same reason
                moves.append(move)
                return
        try:
            self._record(move)
        except FluxError as error:
            self._failed.setdefault(error.message, (without_frames(error), []))[1].append(move)

    def _record(self, move: Move) -> None:
        tag = self._form.render(move.artifact, Version.parse(move.version))
        made = self._monorepo.forge.create_deployment(
            tag, move.environment, f"{TASK}{move.artifact}", move.payload, say.deployed(move)
        )
        follows = move.environment in self._monorepo.settings.clusters
        state = DeploymentState.IN_PROGRESS if follows else DeploymentState.SUCCESS
        self._monorepo.forge.set_deployment_state(made.id, state, say.first_description(follows))

    def _time(self) -> float | None:
        """Return the forge's time, which is asked for once; None if the forge does not answer."""
        with self._asking:
            if self._clock is None:
                try:
                    self._clock = self._monorepo.forge.now() - monotonic()
                except FluxError:
                    return None
            # Rounded down: the forge dates reports in whole seconds, and none may be before its move.
            return float(int(self._clock + monotonic()))
