"""Workflows and what belongs to them. A local forge has none."""

from collections.abc import Mapping, Sequence

from flux.forge.forge import Keepers, TagRules


class Workflows:
    def dispatch(self, workflow: str, ref: str, inputs: Mapping[str, str]) -> bool:
        """Return True: there are no workflows."""
        return True

    def is_attested(self, digest: str) -> bool:
        """Return True: there are no attestations."""
        return True

    def workflows_may_propose(self) -> bool | None:
        """Return None: there are no workflows."""
        return None

    def tag_rules(self) -> Sequence[TagRules] | None:
        """Return None: there are no rules."""
        return None

    def owner_faults(self, branch: str) -> Sequence[str]:
        """Return nothing: there are no code owners."""
        return []

    def keepers(self, secret: str) -> Keepers | None:
        """Return None: there are no secrets."""
        return None
