"""Records the moves of environment tags as deployments of the forge."""

from collections.abc import Callable
from threading import Lock
from time import monotonic

from semver import Version

from flux.errors import FluxError
from flux.monorepo.monorepo import Monorepo
from flux.promotion.gates.move import Move
from flux.promotion.plan import Step
from flux.proposals.courses import TASK, commit_of
from flux.registry.target import Manifest


class Recorder:
    """Records what moves, by the forge's clock. `notices` has what could not be recorded."""

    def __init__(self, monorepo: Monorepo) -> None:
        self._monorepo = monorepo
        self._form = monorepo.settings.tag_form
        self._asking = Lock()
        self._clock: float | None = None
        self.notices: list[str] = []

    def begin(self, step: Step, manifest: Manifest) -> Callable[[], None]:
        """To be called before a tag moves. What it gives is to be called once it did."""
        began = self._time()

        def done() -> None:
            commit = commit_of(manifest)
            version = step.version or ""
            self.record(Move(step.artifact, step.environment, version, manifest.digest, commit, began or 0))

        return done

    def record(self, move: Move) -> None:
        """A move whose record fails is a move all the same."""
        tag = self._form.render(move.artifact, Version.parse(move.version))
        about = f"{move.artifact} {move.version}"
        follows = move.environment in self._monorepo.settings.clusters
        with self._asking:
            try:
                made = self._monorepo.forge.create_deployment(
                    tag, move.environment, f"{TASK}{move.artifact}", move.payload, about
                )
                state = "in_progress" if follows else "success"
                said = "waits for its clusters" if follows else "its tag was moved; no cluster has to report"
                self._monorepo.forge.set_deployment_state(made.id, state, said)
            except FluxError as error:
                self.notices.append(f"{about} in {move.environment} is not recorded: {error.message}")

    def _time(self) -> float | None:
        """The forge's time, asked for once; None where it does not answer."""
        with self._asking:
            if self._clock is None:
                try:
                    self._clock = self._monorepo.forge.now() - monotonic()
                except FluxError:
                    return None
            return self._clock + monotonic()
