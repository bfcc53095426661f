"""Converge the registry's environment tags to the desired state at the tip."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flux.commands.parallel import in_parallel
from flux.errors import FluxError, GitError, RegistryUnreachableError, RequestError
from flux.promotion.desired import Desired, parse_desired
from flux.promotion.plan import Action, Step, plan
from flux.registry.target import Manifest, Publisher, Registry
from flux.repository import Repository
from flux.settings import Settings

_MOST_ROUNDS = 10


@dataclass(frozen=True)
class Convergence:
    """Where every environment's tag is, in the order of the desired state, at one tip."""

    tip: str
    steps: list[Step]
    notices: list[str] = field(default_factory=list)

    @property
    def failed(self) -> list[Step]:
        return [step for step in self.steps if step.action in (Action.MISSING, Action.FAILED)]

    def document(self) -> dict[str, Any]:
        return {
            "tags": [
                {
                    "artifact": step.artifact,
                    "environment": step.environment or None,
                    "version": step.version,
                    "from": step.old,
                    "to": step.new,
                    "action": step.action,
                }
                | ({"error": step.error} if step.error else {})
                for step in self.steps
            ]
        }


def desired_at(repository: Repository, settings: Settings, tip: str) -> Desired:
    """The desired state at a commit. Raises DesiredStateError for a file that has errors."""
    content = repository.file(tip, settings.releaseconfig)
    return parse_desired(settings.releaseconfig, content, settings.environments)


def converge(
    repository: Repository,
    settings: Settings,
    registry: Registry,
    names: Collection[str],
    dry_run: bool,
    on_done: Callable[[str], object],
) -> Convergence:
    """Move what differs, of the artifacts named or of all.

    The tip is looked at again when all is done, and all of it again where it went on meanwhile, so that the
    last to finish is never the one that knew least. Raises TipUnknownError, with nothing moved, where the
    tip cannot be fetched.
    """
    convergence: Convergence | None = None
    moved: dict[tuple[str, str], Step] = {}
    for _ in range(_MOST_ROUNDS):
        tip = repository.tip(settings.branch)
        if convergence and convergence.tip == tip:
            break
        desired = desired_at(repository, settings, tip)
        chosen = choose(repository, settings, tip, desired, names)
        steps = look(settings, registry, chosen, desired, not dry_run, on_done)
        for step in steps:
            if step.action == Action.MOVED:
                first = moved.get((step.artifact, step.environment), step)
                moved[step.artifact, step.environment] = replace(step, old=first.old)
        convergence = Convergence(
            tip,
            [
                moved.get((s.artifact, s.environment), s)
                if s.action in (Action.UNCHANGED, Action.MOVED)
                else s
                for s in steps
            ],
        )
    else:
        raise GitError("the tip moved on ten times while its tags were converged", "run `inv tag` again")
    return replace(convergence, notices=_left(convergence.steps))


def look(
    settings: Settings,
    registry: Registry,
    names: Iterable[str],
    desired: Desired,
    act: bool,
    on_done: Callable[[str], object],
) -> list[Step]:
    """The steps of each artifact, performed where `act` says so; one artifact's failure leaves the others."""
    unreachable: list[RegistryUnreachableError] = []

    def one(artifact: str) -> tuple[str, list[Step]]:
        versions = desired.get(artifact, {})
        try:
            if unreachable:
                raise unreachable[0]
            steps = _converge_one(
                registry.publisher(artifact), settings, artifact, versions, act, unreachable
            )
        except FluxError as error:
            if isinstance(error, RegistryUnreachableError):
                unreachable.append(error)
            told: list[tuple[str, str | None]] = [*versions.items()] or [("", None)]
            steps = [
                Step(artifact, environment, version, None, None, Action.FAILED, error.message, error.hint)
                for environment, version in told
            ]
        on_done(artifact)
        return artifact, steps

    names = list(names)
    steps = dict(in_parallel(settings.jobs, one, names))
    return [step for name in names for step in steps[name]]


def _converge_one(
    publisher: Publisher,
    settings: Settings,
    artifact: str,
    versions: Mapping[str, str],
    act: bool,
    unreachable: list[RegistryUnreachableError],
) -> list[Step]:
    """One artifact's steps; what fails among them leaves the others, unless the registry is gone."""
    target = publisher.target
    there = set(target.tags())
    actual = {tag: target.resolve(tag) for tag in settings.environments if tag in there}
    fetched = {tag: target.fetch_manifest(tag) for tag in sorted(set(versions.values()) & there)}
    manifests = {version: manifest for version, manifest in fetched.items() if manifest}
    steps = plan(artifact, versions, actual, {v: manifest.digest for v, manifest in manifests.items()})
    if not act:
        return steps
    done = []
    for step in steps:
        try:
            if unreachable and step.action == Action.MOVE:
                raise unreachable[0]
            done.append(_move(publisher, step, manifests) if step.action == Action.MOVE else step)
        except FluxError as error:
            if isinstance(error, RegistryUnreachableError):
                unreachable.append(error)
            done.append(replace(step, action=Action.FAILED, error=error.message, hint=error.hint))
    return done


def _move(publisher: Publisher, step: Step, manifests: Mapping[str, Manifest]) -> Step:
    """Perform a step, with the manifests of the desired versions."""
    publisher.tag(manifests[step.version or ""], step.environment)
    return replace(step, action=Action.MOVED)


def choose(
    repository: Repository, settings: Settings, tip: str, desired: Desired, names: Collection[str]
) -> list[str]:
    """The artifacts named, or all that the tip has or desires. Raises RequestError for an unknown name."""
    known = list(dict.fromkeys([*repository.artifacts(tip, settings.prefix), *desired]))
    for name in names:
        if name not in known:
            raise RequestError(
                f"there is no artifact {name!r} at the tip, {tip[:12]}",
                f"there are {', '.join(known) or 'none'}",
            )
    return [name for name in known if name in names or not names]


def _left(steps: Iterable[Step]) -> list[str]:
    left = [f"{s.artifact}:{s.environment}" for s in steps if s.action == Action.LEFT]
    if not left:
        return []
    return [f"no version is desired for {', '.join(left)}: the tags are left where they are"]
