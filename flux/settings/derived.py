"""The settings of a command, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from flux.settings.phases import Follow
from flux.settings.settings import SettingsTable

if TYPE_CHECKING:
    from flux.artifact.layout import Layout
    from flux.promotion.gates.rule import Rule
    from flux.release.tag import TagForm


@dataclass(frozen=True)
class Settings(SettingsTable):
    """Every setting, valid."""

    named: frozenset[str] = frozenset()
    """The names of the settings that somebody set. The others have their default."""

    @property
    def observes(self) -> bool:
        """Whether every command only reports what it would do."""
        return self.mode == "observe"

    @cached_property
    def layout(self) -> Layout:
        """The artifact of each path, by these settings."""
        from flux.settings.sources import layout_of

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
