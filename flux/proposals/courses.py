"""The facts about the progress of artifacts: main, moves of tags, reports of clusters, and freezes."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from flux.artifact.image import REVISION
from flux.artifact.image_manifest import Foreign, parse
from flux.forge.reporting import Deployment
from flux.monorepo.desired import desired_at
from flux.monorepo.freezes import freezes_at
from flux.monorepo.history import DesiredVersions, history
from flux.monorepo.monorepo import Monorepo
from flux.promotion.desired import Desired
from flux.promotion.gates.freeze import Freeze
from flux.promotion.gates.move import Move, dated, read_move, stays_of
from flux.promotion.gates.state import Course, GateState, Stay, Wanted, is_higher
from flux.proposals.authority import Authority
from flux.proposals.reports import Reports
from flux.proposals.times import changed_since, has_seen
from flux.registry.target import Manifest

TASK = "flux:"
"""How the tasks of our deployments begin; the artifact's name follows."""

_MANY = 10
"""Artifacts of which it costs less to ask at once."""


def commit_of(manifest: Manifest) -> str:
    """The commit that an image's revision names, empty where it names none."""
    read = parse(manifest.content, manifest.media_type)
    revision = "" if isinstance(read, Foreign) else read.annotations.get(REVISION, "")
    return revision.rpartition("@sha1:")[2]


def course_of(monorepo: Monorepo, artifact: str) -> Course:
    groups = monorepo.settings.groups
    return Course(groups, {phase: monorepo.settings.rule(artifact, phase) for phase in groups})


class Courses:
    """The courses and states of artifacts at the tip. The forge is asked once about each.

    With `only_now` about less: what clusters say of what they have, and nothing of what may go on.
    """

    def __init__(
        self, monorepo: Monorepo, authority: Authority | None = None, only_now: bool = False
    ) -> None:
        self._monorepo = monorepo
        self._settings = monorepo.settings
        self.authority = authority or Authority(monorepo)
        self._states: dict[str, GateState] = {}
        self._moves: dict[str, list[Move]] = {}
        self._only_now = only_now
        self._reports = Reports(monorepo)
        self._deployments: dict[str, list[Deployment]] | None = None
        self._first_seen: dict[str, list[Move]] = {}

    @cached_property
    def now(self) -> float:
        return self._monorepo.forge.now()

    def expect(self, artifacts: Collection[str]) -> None:
        """Ask once about the moves of many artifacts, where the forge can tell of so many."""
        if len(artifacts) < _MANY or (every := self._monorepo.forge.all_deployments()) is None:
            return
        self._deployments = {}
        for deployment in every:
            self._deployments.setdefault(deployment.task, []).append(deployment)

    def _told(self, task: str) -> Sequence[Deployment]:
        if self._deployments is None:
            return self._monorepo.forge.deployments(task)
        return self._deployments.get(task, [])

    @cached_property
    def desired(self) -> Desired:
        return desired_at(self._monorepo, self._monorepo.tip)

    @cached_property
    def freezes(self) -> tuple[Freeze, ...]:
        return freezes_at(self._monorepo, self._monorepo.tip)

    def course(self, artifact: str) -> Course:
        return course_of(self._monorepo, artifact)

    def moves(self, artifact: str) -> list[Move]:
        """The moves of an artifact's tags that somebody who may has recorded, the oldest first."""
        if artifact not in self._moves:
            self._moves[artifact] = list(self._recorded(artifact))
        return self._moves[artifact]

    def state(self, artifact: str, tags: Mapping[str, str] | None = None) -> GateState:
        """The state of an artifact. `tags` has the digests of its environments' tags, where they are known.

        Raises ForgeError, and RegistryError where the registry has to be asked.
        """
        if artifact not in self._states:
            self._states[artifact] = self._state(artifact, tags)
        return self._states[artifact]

    def first_seen(self, artifact: str) -> Sequence[Move]:
        """The moves that nobody recorded, and of which the forge does not tell when they were.

        They count from now, once they are recorded.
        """
        self.state(artifact)
        return self._first_seen.get(artifact, ())

    def forget(self, artifact: str) -> None:
        """Ask again about an artifact, of which something was recorded."""
        self._states.pop(artifact, None)
        self._moves.pop(artifact, None)
        self._first_seen.pop(artifact, None)
        self._deployments = None

    def _state(self, artifact: str, tags: Mapping[str, str] | None) -> GateState:
        versions = self.desired.get(artifact, {})
        states = list(history(self._monorepo, artifact, self._monorepo.tip))[::-1]
        wanted = {environment: _wanted(states, environment) for environment in self._settings.environments}
        # Whoever may write can record a deployment. To what main never wanted, no tag was moved.
        had = {(name, each.version) for name, those in wanted.items() for each in those}
        moves = [move for move in self.moves(artifact) if (move.environment, move.version) in had]
        adopted = list(self._adopted(artifact, versions, wanted, moves, tags))
        every = [*moves, *adopted]
        said = self._reports.of(every, self._goes_on(versions, every))
        digests = {move.digest for move in every}
        reports = [report for each in said.values() for report in each if report.name.digest in digests]
        known = {move.digest for move in every if not move.commit or move.commit in said}
        return GateState(
            versions=versions,
            wanted=wanted,
            stays=_but_unknown(stays_of([*dated(moves, reports, wanted), *adopted]), known),
            reports=reports,
            freezes=self.freezes,
            clusters={name: each.names for name, each in self._settings.clusters.items()},
        )

    def _goes_on(self, versions: Mapping[str, str], moves: Sequence[Move]) -> Callable[[str], bool]:
        """Whether there is an environment that a version may still go to."""
        if self._only_now:
            return lambda version: False
        tags = {move.environment: move.version for move in moves}
        has = {*map(versions.get, self._settings.environments), *tags.values()}
        return lambda version: any(is_higher(version, other) for other in has)

    def _recorded(self, artifact: str) -> Iterator[Move]:
        for deployment in self._told(f"{TASK}{artifact}"):
            payload = dict(deployment.payload)
            if not self.authority.is_ours(deployment.creator):
                payload.pop("moved", None)  # nobody's own word on the time makes a soak shorter
            move = read_move(payload, deployment.environment, deployment.created, deployment.id)
            fits = move and move.artifact == artifact and move.environment in self._settings.environments
            if move and fits and self.authority.is_trusted(deployment.creator):
                yield move

    def _adopted(
        self,
        artifact: str,
        versions: Mapping[str, str],
        wanted: Mapping[str, Sequence[Wanted]],
        moves: Sequence[Move],
        tags: Mapping[str, str] | None,
    ) -> Iterator[Move]:
        """For environments none of whose moves was ever recorded: since main wanted what the tag has, by the
        forge's word. Without it, from the first sight."""
        recorded = {move.environment for move in moves}
        missing = {name: version for name, version in versions.items() if name not in recorded}
        if not missing:
            return
        target = self._monorepo.registry.repository(artifact)
        manifests = {version: target.fetch_manifest(version) for version in set(missing.values())}
        for environment, version in missing.items():
            manifest = manifests[version]
            has = target.resolve(environment) if tags is None else tags.get(environment)
            if manifest and has == manifest.digest:
                digest, commit, since = manifest.digest, commit_of(manifest), wanted[environment][-1].time
                yield self._dated(Move(artifact, environment, version, digest, commit, since))

    def _dated(self, move: Move) -> Move:
        """A move that nobody recorded, with a time that the forge knows of."""
        if self._was_wanted(move.artifact, move.environment, move.time):
            return move
        seen = replace(move, time=self.now)
        self._first_seen.setdefault(move.artifact, []).append(seen)
        return seen

    def _was_wanted(self, artifact: str, environment: str, since: float) -> bool:
        """Whether main wanted already what it wants of an environment at the time that a committer's clock
        says. A forge without events is the committer's own."""
        if since > self.now:
            return False
        monorepo = self._monorepo
        tells = not monorepo.forge.tells_edits or has_seen(monorepo, since)
        return tells and not changed_since(monorepo, artifact, monorepo.tip, [environment], since)


def _wanted(states: Sequence[DesiredVersions], environment: str) -> tuple[Wanted, ...]:
    """The versions that an environment was given, the oldest first."""
    found: list[Wanted] = []
    for state in states:
        version = state.versions.get(environment)
        if version != (found[-1].version if found else None):
            found.append(Wanted(version, state.time))
    return tuple(found)


def _but_unknown(stays: Mapping[str, Sequence[Stay]], digests: Collection[str]) -> dict[str, Sequence[Stay]]:
    """The stays without those of images about which nobody was asked: they count for nothing."""
    return {name: [stay for stay in each if stay.digest in digests] for name, each in stays.items()}


def last_stay(state: GateState, environment: str, digest: str | None) -> Stay | None:
    """The stay of what an environment's tag has; None where its last move was to something else."""
    stay = state.last_stay(environment)
    return stay if stay and stay.digest == digest else None
