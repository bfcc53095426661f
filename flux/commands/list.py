"""The artifacts, their last release, and what came after it."""

from dataclasses import dataclass, field
from typing import Any

from flux.commands.changed import find_changed
from flux.commands.releases import commits_since, last_releases
from flux.errors import GitError
from flux.event import Event
from flux.repository import Repository
from flux.settings import Settings


@dataclass(frozen=True)
class Listed:
    """One artifact. None stands for what there is not, or cannot be told.

    `commits_since` counts the commits on the first-parent line that changed it after `release`; `changed`
    is what `inv changed` says.
    """

    artifact: str
    release: str | None
    commits_since: int | None
    changed: bool | None

    def document(self) -> dict[str, Any]:
        return {
            "artifact": self.artifact,
            "release": self.release,
            "commits_since": self.commits_since,
            "changed": self.changed,
        }


@dataclass(frozen=True)
class Listing:
    artifacts: list[Listed]
    notices: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        return {"artifacts": [listed.document() for listed in self.artifacts]}


def list_artifacts(repository: Repository, settings: Settings, event: Event) -> Listing:
    """Every artifact at the commit checked out."""
    head = repository.head()
    names = repository.artifacts(head, settings.prefix)
    releases = last_releases(settings, repository.tags(), names)
    since: dict[str, int] = {}
    changed, notices = None, []
    try:
        since = commits_since(repository, settings, head, releases)
        changed = find_changed(repository, settings, event, None)
        notices = changed.notices
    except GitError as unknown:  # an origin that does not answer, a history that is not there
        notices = [unknown.message]
    return Listing(
        [
            Listed(
                name,
                str(releases[name].version) if name in releases else None,
                since.get(name),
                name in changed.reasons if changed else None,
            )
            for name in names
        ],
        notices,
    )
