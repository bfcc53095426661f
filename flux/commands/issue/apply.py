"""Applies the boxes of a promotion issue."""

from flux.monorepo.monorepo import Monorepo
from flux.proposals.applied import Applied
from flux.proposals.apply import Applier


def apply_issue(monorepo: Monorepo, number: int) -> Applied:
    """Turn the ticked boxes of an issue into its pull request. Raises the errors of `Applier`."""
    return Applier(monorepo).apply(number)
