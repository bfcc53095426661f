"""Opens the promotion issue of a release, or finds the existing one."""

from flux.monorepo.monorepo import Monorepo
from flux.proposals.new_issue import Opened, open_issue


def open_issue_of(monorepo: Monorepo, tag: str) -> Opened:
    """Return the promotion issue of the release that a tag names. Raises the errors of `open_issue`."""
    return open_issue(monorepo, tag)
