"""What promoting a version would change in environments, from the registry's own contents."""

from dataclasses import dataclass
from typing import Any

from flux.artifact.difference import FileDifference, difference, text
from flux.errors import RequestError
from flux.monorepo.desired import desired_at
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.wanted import require_artifact, wanted_environments, wanted_version
from flux.parallel import in_parallel
from flux.registry.contents import contents, modes
from flux.registry.target import Manifest, Target
from flux.registry.versions import versions_of


@dataclass(frozen=True)
class Compared:
    """The environments whose tags point at one image, and the files that the new one has otherwise.

    `digest` is that of the image that they have, None for nothing yet; `version` is what it is published as,
    None where that is no version. `other_modes`: the files are the same, and their modes are not.
    """

    environments: tuple[str, ...]
    version: str | None
    digest: str | None
    files: list[FileDifference]
    other_modes: bool = False


@dataclass(frozen=True)
class Diff:
    """`digest` is that of the version's image; what is compared is in the order of the environments."""

    artifact: str
    version: str
    digest: str
    compared: list[Compared]

    def document(self) -> dict[str, Any]:
        return {
            "artifact": self.artifact,
            "version": self.version,
            "digest": self.digest,
            "compared": [
                {
                    "environments": list(compared.environments),
                    "version": compared.version,
                    "digest": compared.digest,
                    "files": [
                        {
                            "path": file.path,
                            "change": file.kind,
                            "binary": file.is_binary,
                            "diff": text([file]),
                        }
                        for file in compared.files
                    ],
                }
                for compared in self.compared
            ],
        }


def diff(
    monorepo: Monorepo,
    artifact: str,
    name: str,
    version: str | None,
) -> Diff:
    """Compare what an environment, or each of a phase, has now with a version, or the newest stable release.

    Raises RequestError for unknown names and an unpublished version, RegistryError for an image whose files
    cannot be shown.
    """
    environments = wanted_environments(monorepo.settings, name)
    tip = monorepo.tip
    require_artifact(monorepo, artifact)
    wanted = str(wanted_version(monorepo, artifact, version))
    target = monorepo.registry.repository(artifact)
    new = target.fetch_manifest(wanted)
    if new is None:
        raise RequestError(
            f"{artifact} {wanted} is not published, so there is nothing to compare with",
            "publish it first: `inv publish TAG`",
        )
    there = set(target.tags())

    def fetch(environment: str) -> tuple[str, Manifest | None]:
        return environment, target.fetch_manifest(environment) if environment in there else None

    now = dict(in_parallel(monorepo.settings.jobs, fetch, environments))
    members: dict[Manifest | None, list[str]] = {}
    for environment in environments:
        members.setdefault(now[environment], []).append(environment)
    likely = list(desired_at(monorepo, tip).get(artifact, {}).values())
    others = {old.digest for old in members if old} - {new.digest}
    versions = {new.digest: wanted} | versions_of(target, there, others, monorepo.settings.jobs, likely)
    files: dict[str, bytes] | None = None
    compared = []
    for old, names in members.items():
        differing: list[FileDifference] = []
        other_modes = False
        if old is None or old.digest != new.digest:
            files = contents(target, new) if files is None else files
            differing = difference(contents(target, old) if old else {}, files)
            other_modes = bool(old and not differing and _has_other_modes(target, old, new))
        digest = old.digest if old else None
        compared.append(Compared(tuple(names), versions.get(digest or ""), digest, differing, other_modes))
    return Diff(artifact, wanted, new.digest, compared)


def _has_other_modes(target: Target, old: Manifest, new: Manifest) -> bool:
    before, after = modes(target, old), modes(target, new)
    return any(before[path] != after[path] for path in before.keys() & after)
