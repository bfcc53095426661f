"""What changed between the first and the last commit."""

from typing import Any

from flux.monorepo.changed import Changed
from tests.commands.invoking import changed, push
from tests.monorepo.changing import repo as repo
from tests.repo import Repo


def compared(repo: Repo, **settings: Any) -> Changed:
    """The last commit against the one before."""
    return changed(repo, push(repo.git("rev-parse", "HEAD~1"), repo.head), **settings)
