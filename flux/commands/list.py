"""The artifacts, the last release of each, and what came after it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flux.errors import GitError
from flux.monorepo.changed import Changed, find_changed
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.releases import (
    Released,
    by_artifact,
    commits_since,
    misnamed_releases,
    name_misnamed,
    name_stray,
    read_releases,
    tell_apart,
)
from flux.monorepo.sources import Sources
from flux.parallel import meanwhile


@dataclass(frozen=True)
class Listed:
    """One artifact. None stands for what is not there, or cannot be told.

    `commits_since` counts the commits on the first-parent line that changed it after `release`. `changed` is
    what `inv changed` says.
    """

    artifact: str
    release: str | None
    commits_since: int | None
    changed: bool | None


@dataclass(frozen=True)
class Listing:
    artifacts: list[Listed]
    notices: list[str] = field(default_factory=list)


def list_artifacts(monorepo: Monorepo) -> Listing:
    """Every artifact at the commit checked out. The releases are origin's, or this clone's without it."""
    head = monorepo.git.head()
    sources = Sources(monorepo, head)
    names = [*sources.present(), *sources.clashes()]
    with meanwhile(lambda: monorepo.home_tags) as home_tags:
        changed, notices = _changed(monorepo)
        found, told = _releases(monorepo, names, home_tags)
    notices += told
    releases = by_artifact(found)
    try:
        since = commits_since(monorepo, head, releases)
    except GitError as unknown:
        since = {}
        notices.append(unknown.message)
    notices += sources.clashes_named
    notices = list(dict.fromkeys(notices))
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


def _releases(
    monorepo: Monorepo, names: list[str], home_tags: Callable[[], Mapping[str, str]]
) -> tuple[list[Released], list[str]]:
    """The releases, and what to say of other tags. What cannot be told apart are releases."""
    form = monorepo.settings.tag_form
    try:
        tags = home_tags()
    except GitError as unknown:
        tags = monorepo.git.tags()
        said = [f"{unknown.message}; only the releases of this clone are shown"]
        found = read_releases(form, tags, names)
    else:
        try:
            found, stray = tell_apart(monorepo, names)
            said = [*name_stray(monorepo, stray)]
        except GitError as unknown:
            found, said = read_releases(form, tags, names), [unknown.message]
    return found, [*said, *name_misnamed(form, misnamed_releases(monorepo, names, tags))]


def _changed(monorepo: Monorepo) -> tuple[Changed | None, list[str]]:
    """None where neither origin nor the history in this clone can tell, and the reason."""
    try:
        changed = find_changed(monorepo, None, with_tree=False)
    except GitError as unknown:
        return None, [unknown.message]
    return changed, list(changed.notices)
