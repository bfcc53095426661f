"""Workflows, of which there are none here."""

from collections.abc import Mapping


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
