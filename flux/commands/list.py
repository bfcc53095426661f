"""Lists the artifacts, with the last release of each and the changes since."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flux.errors import GitError
from flux.monorepo.changed import Changed, find_changed
from flux.monorepo.commit_artifacts import Sources
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
from flux.notice import AnyNotice, Notice, distinct
from flux.parallel import meanwhile


@dataclass(frozen=True)
class Listed:
    """One artifact. A value is None if it does not exist or is unknown.

    `commits_since` counts the commits on the first-parent line that changed the artifact after `release`.
    `changed` is the result of `inv changed`.
    """

    artifact: str
    release: str | None
    commits_since: int | None
    changed: bool | None


@dataclass(frozen=True)
class Listing:
    artifacts: list[Listed]
    notices: list[AnyNotice] = field(default_factory=list)


def list_artifacts(monorepo: Monorepo) -> Listing:
    """List all artifacts at the checked-out commit. Releases are those of origin, or else of this clone."""
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
        notices.append(Notice(unknown))
    notices += sources.clashes_named
    notices = distinct(notices)
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
) -> tuple[list[Released], list[AnyNotice]]:
    """Return the releases, and notices about other tags. Tags that cannot be told apart count as releases."""
    form = monorepo.settings.tag_form
    try:
        tags = home_tags()
    except GitError as unknown:
        tags = monorepo.git.tags()
        said: list[AnyNotice] = [Notice(unknown, then="only the releases of this clone are shown")]
        found = read_releases(form, tags, names)
    else:
        try:
            found, stray = tell_apart(monorepo, names)
            said = [*name_stray(monorepo, stray)]
        except GitError as unknown:
            found, said = read_releases(form, tags, names), [Notice(unknown)]
    return found, [*said, *name_misnamed(form, misnamed_releases(monorepo, names, tags))]


def _changed(monorepo: Monorepo) -> tuple[Changed | None, list[AnyNotice]]:
    """Return what changed, and notices. If origin and this clone cannot tell, return None and the reason."""
    try:
        changed = find_changed(monorepo, None, with_tree=False, explains=False)
    except GitError as unknown:
        return None, [Notice(unknown)]
    return changed, list(changed.notices)
