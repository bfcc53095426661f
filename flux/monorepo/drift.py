"""Compares what the registry has for each environment with what it should have."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from flux.errors import FluxError, RegistryError, RegistryUnreachableError, TooLargeError
from flux.monorepo.desired import stray_of
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.obtained_lines import expect_desired
from flux.monorepo.registry import workers
from flux.monorepo.repositories import lost_repositories
from flux.parallel import in_parallel, once
from flux.promotion.desired import Desired
from flux.promotion.plan import Action, Step, plan_tags
from flux.registry.target import Manifest, Target

if TYPE_CHECKING:
    from flux.monorepo.vouching import Vouching

Answer = TypeVar("Answer")
_UNKNOWN = FluxError("it was not checked")


@dataclass(frozen=True)
class Looked:
    """One artifact: the steps that are due, and the manifests of its desired versions."""

    artifact: str
    steps: list[Step]
    manifests: Mapping[str, Manifest] = field(default_factory=dict)


class Reach:
    """Remembers whether the registry answers. After a failure, it is not asked again."""

    def __init__(self) -> None:
        self._gone: RegistryUnreachableError | None = None

    def ask(self, question: Callable[[], Answer]) -> Answer:
        """Return the answer. Raises RegistryUnreachableError at once if it was raised before."""
        if self._gone:
            raise self._gone
        try:
            return question()
        except RegistryUnreachableError as error:
            self._gone = error
            raise


def look(
    monorepo: Monorepo,
    names: Sequence[str],
    desired: Desired,
    on_done: Callable[[str], object] = lambda done: None,
    reach: Reach | None = None,
    *,
    vouching: Vouching | None = None,
    thorough: bool = False,
) -> list[Looked]:
    """Return the steps of each artifact. If the registry fails for an artifact, its steps have the error.

    A move is compared with the image that git builds for the release. A tag with the right content stays. A
    version whose image is not its release's fails. With `thorough`, tags that are in place are compared, too.
    If the desired state names an unknown environment for an artifact, none of its tags moves. The same holds
    for a removed artifact whose repository another one has now.
    """
    reach = reach or Reach()
    expect_desired(monorepo, desired, names)
    vouch = once(lambda: vouching or _vouching(monorepo))
    lost = once(lambda: lost_repositories(monorepo, names))

    def one(artifact: str) -> Looked:
        versions = desired.get(artifact, {})
        try:
            looked = reach.ask(lambda: _look_at(monorepo, artifact, versions))
            looked = reach.ask(lambda: _vouched(monorepo, vouch, looked, thorough))
            looked = _without_strays(monorepo, looked, versions)
            looked = _without_lost(looked, lost)
        except FluxError as error:
            told: list[tuple[str, str | None]] = [*versions.items()] or [("", None)]
            steps = [Step(artifact, name, version, None, None, Action.FAILED) for name, version in told]
            looked = Looked(artifact, [step.failed(error) for step in steps])
        on_done(artifact)
        return looked

    found = {looked.artifact: looked for looked in in_parallel(workers(monorepo), one, names)}
    return [found[name] for name in names]


def _without_strays(monorepo: Monorepo, looked: Looked, versions: Mapping[str, str]) -> Looked:
    """Return the steps. If the desired state names an unknown environment, none of them moves a tag."""
    error = stray_of(monorepo, looked.artifact, versions)
    if error is None:
        return looked
    steps = [step.failed(error) if step.action == Action.MOVE else step for step in looked.steps]
    unknown = [
        Step(looked.artifact, environment, version, None, None, Action.FAILED).failed(error)
        for environment, version in versions.items()
        if environment not in monorepo.settings.environments
    ]
    return replace(looked, steps=[*steps, *unknown])


def _vouching(monorepo: Monorepo) -> Vouching:
    from flux.monorepo import vouching

    return vouching.Vouching(monorepo)


def _without_lost(looked: Looked, lost: Callable[[], Mapping[str, FluxError]]) -> Looked:
    """Return the steps. None moves a tag that now belongs to another artifact. `lost` finds these."""
    moves = any(step.action == Action.MOVE for step in looked.steps)
    error = lost().get(looked.artifact) if moves else None
    if error is None:
        return looked
    steps = [step.failed(error) if step.action == Action.MOVE else step for step in looked.steps]
    return replace(looked, steps=steps)


def _look_at(monorepo: Monorepo, artifact: str, desired: Mapping[str, str]) -> Looked:
    target = monorepo.registry.repository(artifact)
    environments = set(monorepo.settings.environments)
    versions = {name: version for name, version in desired.items() if name in environments}
    wanted = set(versions.values())
    if environments - versions.keys():
        # Many environments may have no tag. One list costs less than a 404 for each.
        there = set(target.tags())
        environments, wanted = environments & there, wanted & there
    actual = {tag: target.resolve(tag) for tag in monorepo.settings.environments if tag in environments}
    manifests, faults = _fetch(target, sorted(wanted))
    digests = {version: manifest.digest for version, manifest in manifests.items()}
    planned = plan_tags(artifact, versions, actual, digests)
    steps = [step.failed(faults[step.version]) if step.version in faults else step for step in planned]
    return Looked(artifact, steps, manifests)


def _fetch(target: Target, versions: Sequence[str]) -> tuple[dict[str, Manifest], dict[str, RegistryError]]:
    """Return the manifests, and the errors of those that cannot be read. One failure stops no other."""
    manifests: dict[str, Manifest] = {}
    faults: dict[str, RegistryError] = {}
    for version in versions:
        try:
            if manifest := target.fetch_manifest(version):
                manifests[version] = manifest
        except RegistryUnreachableError:
            raise
        except RegistryError as error:
            faults[version] = error
    return manifests, faults


def _vouched(monorepo: Monorepo, vouch: Callable[[], Vouching], looked: Looked, thorough: bool) -> Looked:
    """Return the steps. A step that must not move its tag stays or fails."""
    judges: dict[str | None, Callable[[Step], Step]] = {}
    for version, manifest in looked.manifests.items():
        moves = [step for step in looked.steps if step.version == version and step.action == Action.MOVE]
        if moves or thorough:
            judges[version] = _judge(monorepo, vouch(), looked.artifact, version, manifest, moves)
    steps = [judges[step.version](step) if step.version in judges else step for step in looked.steps]
    return replace(looked, steps=steps)


def _judge(
    monorepo: Monorepo,
    vouching: Vouching,
    artifact: str,
    version: str,
    manifest: Manifest,
    moves: Sequence[Step],
) -> Callable[[Step], Step]:
    """Return a function that decides a step to a version, by the image that git builds for it."""
    target = monorepo.registry.repository(artifact)
    there = [_fetch_small(target, digest) for digest in {step.old for step in moves if step.old}]
    faults = vouching.faults(artifact, version, [manifest, *(one for one in there if one)])
    content = faults[manifest.digest]
    signature = (
        vouching.signature_fault(artifact, version, manifest.digest) if moves and not content else None
    )

    def judged(step: Step) -> Step:
        moves = step.action == Action.MOVE
        if moves and faults.get(step.old or "", _UNKNOWN) is None:
            return replace(step, new=step.old, action=Action.UNCHANGED)
        error = content or (signature if moves else None)
        return step.failed(error) if error else step

    return judged


def _fetch_small(target: Target, digest: str) -> Manifest | None:
    """Return a manifest, or None if it is larger than any of ours."""
    try:
        return target.fetch_manifest(digest)
    except TooLargeError:
        return None
