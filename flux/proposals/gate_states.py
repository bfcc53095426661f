"""Collects the facts about the progress of artifacts: main, tag moves, cluster reports, and freezes."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from flux.artifact.image import REVISION
from flux.artifact.image_manifest import Foreign, parse_manifest
from flux.forge.reporting import Deployment
from flux.monorepo.desired import desired_at
from flux.monorepo.desired_history import DesiredVersions, histories
from flux.monorepo.freezes import freezes_at
from flux.monorepo.monorepo import Monorepo
from flux.promotion.desired import Desired
from flux.promotion.gates.freeze import Freeze
from flux.promotion.gates.move import Move, dated, read_move, stays_of
from flux.promotion.gates.state import Course, GateState, Stay, Wanted, is_higher
from flux.proposals.authority import Authority
from flux.proposals.changed_since import changed_since, has_seen
from flux.proposals.cluster_reports import ClusterReports
from flux.registry.target import Manifest

TASK = "flux:"
"""The prefix of our deployments' tasks. The artifact's name follows."""

_MANY = 10
"""From this number of artifacts, one request for all deployments costs less than one for each artifact."""


def commit_of(manifest: Manifest) -> str:
    """Return the commit that an image's revision names, empty if it names none."""
    read = parse_manifest(manifest.content, manifest.media_type)
    revision = "" if isinstance(read, Foreign) else read.annotations.get(REVISION, "")
    return revision.rpartition("@sha1:")[2]


def course_of(monorepo: Monorepo, artifact: str) -> Course:
    groups = monorepo.settings.groups
    return Course(groups, {phase: monorepo.settings.rule(artifact, phase) for phase in groups})


class GateStates:
    """The courses and states of artifacts at the tip. The forge is asked once about each.

    With `only_now`, reports are read only for the versions in the environments, not for those that may go on.
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
        self._reports = ClusterReports(monorepo)
        self._deployments: dict[str, list[Deployment]] | None = None
        self._first_seen: dict[str, list[Move]] = {}
        self._histories: dict[str, Callable[[str], list[DesiredVersions]]] = {}

    @cached_property
    def now(self) -> float:
        return self._monorepo.forge.now()

    def expect(self, artifacts: Collection[str]) -> None:
        """Request the moves of many artifacts at once, if the forge supports that."""
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
        """Return the moves of an artifact's tags that the automation or this command's caller recorded, the
        oldest first.

        What other people record counts for nothing: it could say that a version ran where it did not, or hide
        that it failed.
        """
        if artifact not in self._moves:
            self._moves[artifact] = list(self._recorded(artifact))
        return self._moves[artifact]

    def state(self, artifact: str, tags: Mapping[str, str] | None = None) -> GateState:
        """Return the state of an artifact. `tags` has the digests of its environments' tags, if known.

        Raises ForgeError, and RegistryError if the registry has to be asked.
        """
        if artifact not in self._states:
            self._states[artifact] = self._state(artifact, tags)
        return self._states[artifact]

    def first_seen(self, artifact: str) -> Sequence[Move]:
        """Return the moves that were not recorded and whose time the forge does not know.

        They count from now, once they are recorded.
        """
        self.state(artifact)
        return self._first_seen.get(artifact, ())

    def forget(self, artifact: str) -> None:
        """Drop the cached facts of an artifact, because something was recorded about it."""
        self._states.pop(artifact, None)
        self._moves.pop(artifact, None)
        self._first_seen.pop(artifact, None)
        self._deployments = None

    def _state(self, artifact: str, tags: Mapping[str, str] | None) -> GateState:
        versions = self.desired.get(artifact, {})
        states = self._history(artifact)[::-1]
        wanted = {environment: _wanted(states, environment) for environment in self._settings.environments}
        # Anybody with write permission can record a deployment. A tag is never moved to a version that main
        # did not want, so such records are dropped.
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

    def _history(self, artifact: str) -> list[DesiredVersions]:
        """Return the desired versions of an artifact, from the tip back."""
        tip = self._monorepo.tip
        if tip not in self._histories:
            self._histories = {tip: histories(self._monorepo, tip)}
        return self._histories[tip](artifact)

    def _goes_on(self, versions: Mapping[str, str], moves: Sequence[Move]) -> Callable[[str], bool]:
        """Return a predicate: whether a version may still go to some environment."""
        if self._only_now:
            return lambda version: False
        tags = {move.environment: move.version for move in moves}
        has = {*map(versions.get, self._settings.environments), *tags.values()}
        return lambda version: any(is_higher(version, other) for other in has)

    def _recorded(self, artifact: str) -> Iterator[Move]:
        for deployment in self._told(f"{TASK}{artifact}"):
            payload = dict(deployment.payload)
            if not self.authority.is_ours(deployment.creator):
                payload.pop("moved", None)  # only the automation's time may shorten a soak
            move = read_move(payload, deployment.environment, deployment.created, deployment.id)
            fits = move and move.artifact == artifact and move.environment in self._settings.environments
            if move and fits and self.authority.is_automation(deployment.creator):
                yield move

    def _adopted(
        self,
        artifact: str,
        versions: Mapping[str, str],
        wanted: Mapping[str, Sequence[Wanted]],
        moves: Sequence[Move],
        tags: Mapping[str, str] | None,
    ) -> Iterator[Move]:
        """Yield a move for each environment without recorded moves. It counts from when main wanted what the
        tag has, by the forge. If the forge does not know, it counts from now."""
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
        """Return an unrecorded move with a time that the forge confirms."""
        if self._was_wanted(move.artifact, move.environment, move.time):
            return move
        seen = replace(move, time=self.now)
        self._first_seen.setdefault(move.artifact, []).append(seen)
        return seen

    def _was_wanted(self, artifact: str, environment: str, since: float) -> bool:
        """Whether main already wanted an environment's current version at a commit's time. If the forge has
        no events, the commit's time is trusted."""
        if since > self.now:
            return False
        monorepo = self._monorepo
        tells = not monorepo.forge.tells_edits or has_seen(monorepo, since)
        return tells and not changed_since(monorepo, artifact, monorepo.tip, [environment], since)


def _wanted(states: Sequence[DesiredVersions], environment: str) -> tuple[Wanted, ...]:
    """Return the versions that main gave an environment, the oldest first."""
    found: list[Wanted] = []
    for state in states:
        version = state.versions.get(environment)
        if version != (found[-1].version if found else None):
            found.append(Wanted(version, state.time))
    return tuple(found)


def _but_unknown(stays: Mapping[str, Sequence[Stay]], digests: Collection[str]) -> dict[str, Sequence[Stay]]:
    """Return the stays without those of images whose reports were not read, which count for nothing."""
    return {name: [stay for stay in each if stay.digest in digests] for name, each in stays.items()}


def last_stay(state: GateState, environment: str, digest: str | None) -> Stay | None:
    """Return the stay of the digest in an environment's tag; None if its last move was to another digest."""
    stay = state.last_stay(environment)
    return stay if stay and stay.digest == digest else None
