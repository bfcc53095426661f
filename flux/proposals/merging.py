"""Decides who merges a promotion's pull request: a person, or the forge if all its phases allow it."""

from collections.abc import Collection

from flux.forge.forge import PullRequest
from flux.monorepo.monorepo import Monorepo
from flux.promotion.gates.rule import Merge
from flux.promotion.proposal import Promotion
from flux.proposals.authority import Authority


class Merging:
    """Turns a forge's auto-merge on and off."""

    def __init__(self, monorepo: Monorepo, authority: Authority) -> None:
        self._settings = monorepo.settings
        self._forge = monorepo.forge
        self._authority = authority

    def is_automatic(self, artifact: str, environments: Collection[str]) -> bool:
        """Whether the forge may merge a change of these environments without a person."""
        groups = self._settings.groups
        phases = {phase for phase, members in groups.items() if set(members) & set(environments)}
        rules = [self._settings.rule(artifact, phase) for phase in phases]
        return bool(rules) and all(rule.merge is Merge.AUTO for rule in rules)

    def may_be_automatic(self, artifact: str) -> bool:
        """Whether a rule could have switched auto-merge on."""
        return any(self.is_automatic(artifact, members) for members in self._settings.groups.values())

    def leave_to_people(
        self,
        promotion: Promotion,
        pull: PullRequest,
        proposed: Collection[str],
        new: Collection[str],
    ) -> bool:
        """Switch auto-merge off if a phase needs a person to merge. Return whether this was done.

        `proposed` are the environments that the pull request will change. Auto-merge that a person switched
        on stays until there are `new` environments, which this person has not seen.
        """
        if not pull.auto_merge or self.is_automatic(promotion.artifact, proposed):
            return False
        if not new and not self._authority.is_automation(pull.auto_merge):
            return False
        self._forge.merge_by_person(pull.number)
        return True

    def leave_to_forge(self, promotion: Promotion, pull: PullRequest, proposed: Collection[str]) -> bool:
        """Switch auto-merge on if no phase needs a person. Return False if the forge does not support it."""
        if not self.is_automatic(promotion.artifact, proposed):
            return True
        return self._forge.merge_once_green(pull.number, pull.head)
