"""What the registry has for each environment, and what it should have."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from flux.errors import FluxError, RegistryUnreachableError
from flux.monorepo.monorepo import Monorepo
from flux.parallel import in_parallel
from flux.promotion.desired import Desired
from flux.promotion.plan import Action, Step, plan_tags
from flux.registry.target import Manifest

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Looked:
    """One artifact: the steps that are due, and the manifests of the desired versions that are published."""

    artifact: str
    steps: list[Step]
    manifests: Mapping[str, Manifest] = field(default_factory=dict)


class Reach:
    """Whether the registry answers. Once it does not, it is not asked again."""

    def __init__(self) -> None:
        self._gone: RegistryUnreachableError | None = None

    def ask(self, question: Callable[[], Answer]) -> Answer:
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
    """The steps of each artifact. Where the registry fails, the steps of that artifact have the error."""
    reach = reach or Reach()

    def one(artifact: str) -> Looked:
        versions = desired.get(artifact, {})
        try:
            looked = reach.ask(lambda: _look_at(monorepo, artifact, versions))
        except FluxError as error:
            told: list[tuple[str, str | None]] = [*versions.items()] or [("", None)]
            steps = [Step(artifact, name, version, None, None, Action.FAILED) for name, version in told]
            looked = Looked(artifact, [step.failed(error) for step in steps])
        on_done(artifact)
        return looked

    found = {looked.artifact: looked for looked in in_parallel(monorepo.settings.jobs, one, names)}
    return [found[name] for name in names]


def _look_at(monorepo: Monorepo, artifact: str, versions: Mapping[str, str]) -> Looked:
    target = monorepo.registry.repository(artifact)
    environments, wanted = set(monorepo.settings.environments), set(versions.values())
    if environments - versions.keys():
        # Many environments may have no tag. One list costs less than a 404 for each.
        there = set(target.tags())
        environments, wanted = environments & there, wanted & there
    actual = {tag: target.resolve(tag) for tag in monorepo.settings.environments if tag in environments}
    fetched = {version: target.fetch_manifest(version) for version in sorted(wanted)}
    manifests = {version: manifest for version, manifest in fetched.items() if manifest}
    digests = {version: manifest.digest for version, manifest in manifests.items()}
    return Looked(artifact, plan_tags(artifact, versions, actual, digests), manifests)
