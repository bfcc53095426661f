"""Build artifacts: those named, those changed, or all."""

from collections.abc import Sequence

from flux.event import Push
from flux.monorepo.builder import Builder
from flux.monorepo.changed import find_changed
from flux.monorepo.comparison import require_commit
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.sources import Sources


def plan_build(
    monorepo: Monorepo,
    names: Sequence[str],
    changed: bool,
    since: str | None,
) -> Builder:
    """Choose the commit and the artifacts.

    Raises RequestError for a name that is no artifact.
    """
    found = find_changed(monorepo, since) if changed else None
    change = monorepo.event.change
    pushed = change.after if isinstance(change, Push) and since is None else None
    if pushed:
        require_commit(monorepo, pushed)
    sources = Sources(monorepo, pushed or monorepo.git.head())
    chosen = [name for name in sources.choose(names) if found is None or name in found.reasons]
    notices = list(found.notices) if found else []
    if found is None and not chosen:
        notices.append(
            f"there are no artifacts in {monorepo.settings.sources}: is the setting `sources` right?"
        )
    return Builder(monorepo, sources, chosen, notices)
