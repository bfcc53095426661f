"""Every setting, as one frozen object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flux.artifact.folder import SourceEntry
    from flux.artifact.layout import Layout
    from flux.promotion.gates.rule import Rule
    from flux.release.tag import TagForm

Given = tuple[tuple[str, Any], ...]
"""The given fields of a rule, and their values."""


class Follow(StrEnum):
    """What an environment without promotions follows: the tip, or the newest stable release."""

    TIP = "tip"
    STABLE = "stable"


@dataclass(frozen=True)
class Phase:
    """An ordered group of environments, and the given fields of its rule."""

    name: str
    environments: tuple[str, ...]
    """The environments that get their image by promotion."""
    given: Given = ()
    is_ruled: bool = False
    """Whether the phase is a mapping with a rule. The rule may have no fields except its environments."""
    following: tuple[tuple[str, Follow], ...] = ()
    """The environments that get their image without promotion, and what each follows."""


@dataclass(frozen=True)
class FollowedClusters:
    """The clusters of an environment that have to report, and who may report for them."""

    names: tuple[str, ...] = ()
    reporters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Settings:
    """Every setting, valid. `descriptions.py` says what each is for."""

    sources: str = "artifacts"
    artifacts: tuple[SourceEntry, ...] = ()
    """The folders that are artifacts, if `sources` is not enough."""
    prepare: str = ""
    """The command that makes the content of each artifact; empty if folders are published unchanged."""
    output: str = ""
    inputs: tuple[str, ...] = ()
    prepare_network: bool = False
    releaseconfig: str = "flux/releaseconfig.json"
    registry: str = ".registry"
    repository: str = "{name}"
    version_tag: str = "{version}"
    latest: str = "latest"
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
    rules: Mapping[str, Mapping[str, Given]] = field(default_factory=dict)
    clusters: Mapping[str, FollowedClusters] = field(default_factory=dict)
    mode: str = "act"
    adopted: str = ""
    """The last commit of an earlier system; empty if there was none."""
    named: frozenset[str] = frozenset()
    """The names of the settings that somebody set. The others have their default."""

    @property
    def observes(self) -> bool:
        """Whether every command only reports what it would do."""
        return self.mode == "observe"

    @cached_property
    def layout(self) -> Layout:
        """The artifact of each path, by these settings."""
        from flux.settings.layout import layout_of

        step = (self.prepare, self.output, self.inputs)
        ignore = () if self.observes else self.ignore  # an earlier system still publishes everything
        return layout_of(self.sources, self.artifacts, ignore, step, self.releaseconfig)

    @cached_property
    def tag_form(self) -> TagForm:
        """The form of release tags."""
        from flux.release.tag import TagForm

        return TagForm(self.release_tag, self.only_artifact)

    @property
    def only_artifact(self) -> str:
        """The name of the artifact if the settings allow only one; else empty."""
        return self.layout.only if self.artifacts else ""

    @property
    def environments(self) -> tuple[str, ...]:
        """Every environment that gets promotions, in the order of the phases."""
        return tuple(environment for phase in self.phases for environment in phase.environments)

    @property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """The environments that get promotions, by phase and in order. Phases without one are left out."""
        return {phase.name: phase.environments for phase in self.phases if phase.environments}

    def following(self, what: Follow) -> tuple[str, ...]:
        """Return the environments that follow the tip, or the newest stable release."""
        return tuple(name for phase in self.phases for name, follow in phase.following if follow is what)

    @property
    def moving(self) -> tuple[str, ...]:
        """The tags that follow the tip."""
        return tuple(dict.fromkeys(filter(None, (self.latest, *self.following(Follow.TIP)))))

    def phase_of(self, environment: str) -> Phase:
        """Return the phase of an environment. Raises KeyError if there is no such environment."""
        for phase in self.phases:
            if environment in phase.environments:
                return phase
        raise KeyError(environment)

    def rule(self, artifact: str, phase: str) -> Rule:
        """Return the rule of a phase for an artifact. Its default for `after` is the previous phase."""
        from flux.promotion.gates.rule import Rule

        names = [*self.groups]
        at = names.index(phase)
        of_all = next(one for one in self.phases if one.name == phase)
        given = dict(of_all.given) | dict(self.rules.get(artifact, {}).get(phase, ()))
        if not given and not of_all.is_ruled:
            return Rule()
        return replace(Rule(after=names[at - 1] if at else None), **given)

    @property
    def has_rules(self) -> bool:
        """Whether any phase or artifact has a rule."""
        return bool(self.rules) or any(phase.given or phase.is_ruled for phase in self.phases)

    @property
    def merges_by_itself(self) -> bool:
        """Whether any rule lets the forge merge automatically."""
        from flux.promotion.gates.rule import Merge

        own = [phase.given for phase in self.phases]
        per_artifact = [given for phases in self.rules.values() for given in phases.values()]
        return any(("merge", Merge.AUTO) in given for given in (*own, *per_artifact))

    @property
    def has_progress(self) -> bool:
        """Whether promotions are tracked beyond the tags: by rules, or by reports of clusters."""
        return self.has_rules or bool(self.clusters)
