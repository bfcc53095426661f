"""Compares a version with what environments have, from the contents of the registry."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from semver import Version

from flux.artifact.difference import FileDifference, difference
from flux.errors import RequestError
from flux.monorepo.desired import desired_at
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.names import require_artifact, wanted_environments, wanted_version
from flux.parallel import in_parallel
from flux.registry.contents import contents, modes
from flux.registry.target import Manifest, Target
from flux.registry.versions import versions_of


@dataclass(frozen=True)
class Compared:
    """The environments whose tags point to the same image, and the files that differ in the new image.

    `digest` and `version` are those of the image that they have. `digest` is None if they have none, and
    `version` is None if the image has no version. With `other_modes`, only modes of files differ.
    """

    environments: tuple[str, ...]
    version: str | None
    digest: str | None
    files: list[FileDifference]
    other_modes: bool = False


@dataclass(frozen=True)
class Diff:
    """`digest` is the digest of the version's image. `compared` is in the order of the environments."""

    artifact: str
    version: str
    digest: str
    compared: list[Compared]


def compare_version(
    monorepo: Monorepo,
    artifact: str,
    name: str,
    version: str | None,
) -> Diff:
    """Compare a version, or the newest stable release, with what an environment or each of a phase has now.

    Raises RequestError if a name is unknown or the version is not published, and RegistryError if the files
    of an image cannot be shown.
    """
    environments = wanted_environments(monorepo.settings, name)
    tip = monorepo.tip
    require_artifact(monorepo, artifact)
    wanted = str(wanted_version(monorepo, artifact, version))
    target = monorepo.registry.repository(artifact)
    new = target.fetch_manifest(wanted)
    if new is None:
        tag = monorepo.settings.tag_form.render(artifact, Version.parse(wanted))
        raise RequestError(
            f"{artifact} {wanted} is not published, so there is nothing to compare with",
            f"publish it first: `inv publish {tag}`"
            if tag in monorepo.home_tags
            else f"`inv release {artifact} {wanted}` makes the release",
        )
    there = set(target.tags())
    deployed = _deployed(target, environments, there, monorepo.settings.jobs)
    likely = list(desired_at(monorepo, tip).get(artifact, {}).values())
    others = {old.digest for old in deployed if old} - {new.digest}
    versions = {new.digest: wanted} | versions_of(target, there, others, monorepo.settings.jobs, likely)
    comparer = _Comparer(target, new, versions)
    return Diff(artifact, wanted, new.digest, [comparer.one(old, names) for old, names in deployed.items()])


def _deployed(
    target: Target, environments: Sequence[str], there: Collection[str], jobs: int
) -> dict[Manifest | None, list[str]]:
    """Return the environments by the image that they have. The key None has those without an image."""

    def fetch(environment: str) -> tuple[str, Manifest | None]:
        return environment, target.fetch_manifest(environment) if environment in there else None

    now = dict(in_parallel(jobs, fetch, environments))
    members: dict[Manifest | None, list[str]] = {}
    for environment in environments:
        members.setdefault(now[environment], []).append(environment)
    return members


class _Comparer:
    """Compares images with a new one. It fetches the files of the new one once, and only if needed."""

    def __init__(self, target: Target, new: Manifest, versions: dict[str, str]) -> None:
        self._target = target
        self._new = new
        self._versions = versions

    def one(self, old: Manifest | None, environments: Sequence[str]) -> Compared:
        names = tuple(environments)
        if old is None:
            return Compared(names, None, None, difference({}, self._files))
        version = self._versions.get(old.digest)
        if old.digest == self._new.digest:
            return Compared(names, version, old.digest, [])
        files = difference(contents(self._target, old), self._files)
        return Compared(names, version, old.digest, files, not files and self._has_other_modes(old))

    @cached_property
    def _files(self) -> dict[str, bytes]:
        return contents(self._target, self._new)

    def _has_other_modes(self, old: Manifest) -> bool:
        before, after = modes(self._target, old), modes(self._target, self._new)
        return any(before[path] != after[path] for path in before.keys() & after)
