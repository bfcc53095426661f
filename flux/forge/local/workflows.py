"""Workflows, of which there are none here."""

from collections.abc import Mapping, Sequence

from flux.forge.forge import Keepers, TagRules


class Workflows:
    def dispatch(self, workflow: str, ref: str, inputs: Mapping[str, str]) -> bool:
        """There are no workflows."""
        return True

    def is_attested(self, digest: str) -> bool:
        """There are no attestations."""
        return True

    def workflows_may_propose(self) -> bool | None:
        """None: there are no workflows."""
        return None

    def tag_rules(self) -> Sequence[TagRules] | None:
        """None: there are no rules."""
        return None

    def owner_faults(self, branch: str) -> Sequence[str]:
        """There are no code owners."""
        return []

    def keepers(self, secret: str) -> Keepers | None:
        """None: there are no secrets."""
        return None
