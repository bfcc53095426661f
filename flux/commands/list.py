"""The artifacts, their last release, and what came after it."""

from dataclasses import dataclass, field
from typing import Any

from flux.artifact.changes import changed_files
from flux.artifact.ignore import excludes
from flux.commands.changed import find_changed
from flux.errors import TipUnknownError
from flux.event import Event
from flux.release.tag import TagForm
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
    releases = _releases(repository, settings, names)
    since = _commits_since(
        repository, settings, head, {name: commit for name, (_, commit) in releases.items()}
    )
    try:
        changed = find_changed(repository, settings, event, None)
        notices = changed.notices
    except TipUnknownError as unknown:
        changed, notices = None, [unknown.message]
    return Listing(
        [
            Listed(
                name,
                str(releases[name][0]) if name in releases else None,
                since.get(name),
                name in changed.reasons if changed else None,
            )
            for name in names
        ],
        notices,
    )


def _releases(repository: Repository, settings: Settings, names: list[str]) -> dict[str, tuple[Any, str]]:
    """The highest version of each artifact and the commit of its tag."""
    form = TagForm(settings.release_tag)
    read = ((form.parse(tag), commit) for tag, commit in repository.tags().items())
    found = [(parsed[0], parsed[1], commit) for parsed, commit in read if parsed and parsed[0] in names]
    return {name: (version, commit) for name, version, commit in sorted(found, key=lambda f: f[1])}


def _commits_since(
    repository: Repository, settings: Settings, head: str, releases: dict[str, str]
) -> dict[str, int]:
    if not releases:
        return {}
    place = {commit: at for at, commit in enumerate(repository.first_parents(head))}
    ends = {name: place[commit] for name, commit in releases.items() if commit in place}
    counts = dict.fromkeys(ends, 0)
    ignored = excludes(settings.ignore)
    for commit in repository.line(head, settings.prefix, list(ends)) if ends else ():
        at = place[commit.revision.commit]
        if at >= max(ends.values()):
            break
        changed = changed_files(
            commit.changes or [], settings.prefix, ignored, commit.parent_has_folder, commit.has_folder
        )
        for name in changed.keys() & ends.keys():
            counts[name] += at < ends[name]
    return counts
