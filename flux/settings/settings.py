"""Every setting, as one frozen object."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Phase:
    """An ordered group of environments."""

    name: str
    environments: tuple[str, ...]


def prefix_of(sources: str) -> str:
    return "" if sources == "." else sources + "/"


@dataclass(frozen=True)
class Settings:
    """Every setting, valid. `descriptions.py` says what each is for."""

    sources: str = "artifacts"
    releaseconfig: str = "flux/releaseconfig.json"
    registry: str = ".registry"
    branch: str = "main"
    branches: tuple[str, ...] = ()
    release_tag: str = "flux-oci-{artifact}-v{version}"
    create_release: bool = False
    source: str = ""
    phases: tuple[Phase, ...] = (Phase("at", ("at",)), Phase("tt", ("tt",)), Phase("prod", ("prod",)))
    ignore: tuple[str, ...] = ()
    jobs: int = 16
    insecure: bool | None = None
    publisher: str = "builtin"
    flux_version: str = "2.9"
    provider: str = "generic"
    forge: str = ""
    label: str = "flux-release"
    promoters: Mapping[str, tuple[str, ...]] | None = None
    automation: tuple[str, ...] = ("github-actions[bot]",)
    require_order: bool = False
    two_person: bool | tuple[str, ...] = False
    require_signature: bool = False
    signature_identity: str = ""
    signature_issuer: str = ""
    sign_promotions: bool = False
    named: frozenset[str] = frozenset()
    """Which of them someone set, rather than leaving the default."""

    @property
    def prefix(self) -> str:
        """The folder of the artifacts as git's paths begin: empty for the root, else ending in `/`."""
        return prefix_of(self.sources)

    @property
    def environments(self) -> tuple[str, ...]:
        """Every environment, in the order of the phases."""
        return tuple(environment for phase in self.phases for environment in phase.environments)

    @property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """The environments of each phase, in order."""
        return {phase.name: phase.environments for phase in self.phases}
