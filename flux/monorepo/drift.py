"""What the registry has for each environment, beside what it should have."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from flux.errors import FluxError, RegistryUnreachableError
from flux.monorepo.monorepo import Monorepo
from flux.parallel import in_parallel
from flux.promotion.desired import Desired
from flux.promotion.plan import Action, Step, plan
from flux.registry.target import Manifest

Result = TypeVar("Result")


@dataclass(frozen=True)
class Looked:
    """One artifact: the steps that are due, and the manifests of the desired versions that there are."""

    artifact: str
    steps: list[Step]
    manifests: Mapping[str, Manifest] = field(default_factory=dict)


class Reach:
    """Whether the registry answers: once it does not, nothing more is asked of it."""

    def __init__(self) -> None:
        self._gone: RegistryUnreachableError | None = None

    def ask(self, question: Callable[[], Result]) -> Result:
        """The answer. Raises RegistryUnreachableError at once where it was raised before."""
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
) -> list[Looked]:
    """The steps of each artifact; where its registry fails they are failed ones, and the others are there."""
    reach = reach or Reach()

    def one(artifact: str) -> Looked:
        versions = desired.get(artifact, {})
        try:
            looked = reach.ask(lambda: _look_at(monorepo, artifact, versions))
        except FluxError as error:
            told: list[tuple[str, str | None]] = [*versions.items()] or [("", None)]
            looked = Looked(
                artifact,
                [
                    Step(artifact, environment, version, None, None, Action.FAILED, error.message, error.hint)
                    for environment, version in told
                ],
            )
        on_done(artifact)
        return looked

    found = {looked.artifact: looked for looked in in_parallel(monorepo.settings.jobs, one, names)}
    return [found[name] for name in names]


def _look_at(monorepo: Monorepo, artifact: str, versions: Mapping[str, str]) -> Looked:
    target = monorepo.registry.repository(artifact)
    environments, wanted = set(monorepo.settings.environments), set(versions.values())
    if environments - versions.keys():
        # Most of its environments may have no tag, of which one list tells more than a 404 each.
        there = set(target.tags())
        environments, wanted = environments & there, wanted & there
    actual = {tag: target.resolve(tag) for tag in monorepo.settings.environments if tag in environments}
    fetched = {version: target.fetch_manifest(version) for version in sorted(wanted)}
    manifests = {version: manifest for version, manifest in fetched.items() if manifest}
    digests = {version: manifest.digest for version, manifest in manifests.items()}
    return Looked(artifact, plan(artifact, versions, actual, digests), manifests)
