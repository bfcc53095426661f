"""Builds artifacts: the named ones, the changed ones, or all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flux.errors import RequestError
from flux.event import PullRequestCommits, Push
from flux.monorepo.builder import Build, Builder
from flux.monorepo.changed import Changed, find_changed, find_uncommitted
from flux.monorepo.commit_artifacts import Sources
from flux.monorepo.comparison import require_commit
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.tip_settings import take_known_settings
from flux.settings import FILES

if TYPE_CHECKING:
    from flux.monorepo.observe_mode import Observed


def plan_build(
    monorepo: Monorepo,
    names: Sequence[str],
    changed: bool,
    since: str | None,
) -> Builder:
    """Choose the commit and the artifacts.

    This builds the commit that was compared. The settings at the tip say where images go. Raises RequestError
    if a name is not an artifact, the commit of the event is not found, or a push has no commit.
    """
    take_known_settings(monorepo)
    monorepo.git.obtain_history(monorepo.git.head(), files=FILES)
    found = find_changed(monorepo, since, with_tree=False) if changed else None
    sources = Sources(monorepo, found.head if found else _commit(monorepo))
    chosen = _chosen(sources, names, found)
    told = sources.clashes_named  # the build of each artifact reports these
    notices = [notice for notice in found.notices if notice not in told] if found else []
    if found is None and not chosen and not sources.clashes():
        settings = monorepo.settings
        setting = "artifacts" if settings.artifacts else "sources"
        notices.append(
            f"there are no artifacts in {settings.layout.shown}: is the setting `{setting}` right?"
        )
    return Builder(monorepo, sources, chosen, notices, everything=not names)


def not_committed(monorepo: Monorepo, names: Sequence[str]) -> dict[str, list[str]]:
    """Return the uncommitted paths of artifacts, of these or of all. They are in no image. A job has none."""
    if monorepo.event.actions:
        return {}
    there = find_uncommitted(monorepo)
    return {name: there.get(name, []) for name in names or there}


def observe_built(monorepo: Monorepo, built: Build) -> list[Observed] | None:
    """Compare with the tags of an earlier system. Return None if the mode is not `observe`."""
    if not monorepo.settings.observes:
        return None
    from flux.monorepo.observe_mode import observe_images

    return observe_images(monorepo, built.results)


def _chosen(sources: Sources, names: Sequence[str], found: Changed | None) -> list[str]:
    """Return the named artifacts, or all. With `found`, return only the changed ones of these."""
    if found is None:
        return sources.choose(names)
    if not names:
        return sources.present(list(found.reasons))
    return [name for name in sources.choose(names) if name in found.reasons]


def _commit(monorepo: Monorepo) -> str:
    """Return the commit of the event, or the checked-out commit if there is no event."""
    match monorepo.event.change:
        case Push(after=str() as commit) | PullRequestCommits(head=commit):
            return require_commit(monorepo, commit)
        case Push(ref=ref):
            raise RequestError(f"{ref} was deleted: this push has nothing to build", "build with `--changed`")
        case _:
            return monorepo.git.head()
