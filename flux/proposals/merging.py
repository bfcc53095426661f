"""Who merges a promotion's pull request: people, or the forge if the rules of all of its phases say so."""

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
        """Whether nobody has to merge what goes to these environments."""
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
        """Switch auto-merge off where a phase needs a person to merge; whether it was on.

        `proposed` are the environments that the pull request is to change. A person's auto-merge stays for
        what they saw: it ends with environments that are `new`.
        """
        if not pull.auto_merge or self.is_automatic(promotion.artifact, proposed):
            return False
        if not new and not self._authority.is_automation(pull.auto_merge):
            return False
        self._forge.merge_by_person(pull.number)
        return True

    def leave_to_forge(self, promotion: Promotion, pull: PullRequest, proposed: Collection[str]) -> bool:
        """Switch auto-merge on where no phase needs a person; False where the forge does not do that."""
        if not self.is_automatic(promotion.artifact, proposed):
            return True
        return self._forge.merge_once_green(pull.number, pull.head)
