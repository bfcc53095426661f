"""Updates promotion issues and pull requests to match main and the registry."""

from dataclasses import replace

from flux.monorepo.monorepo import Monorepo
from flux.monorepo.obtained_lines import obtain_lines
from flux.monorepo.tip_settings import require_current_settings
from flux.notice import AnyNotice, Notice
from flux.proposals.advance import Advance
from flux.proposals.sync import Sync, Syncer
from flux.working import Working, silently


def sync_all(monorepo: Monorepo, working: Working = silently) -> Sync:
    """First do what the rules allow, then update every open promotion."""
    obtain_lines(monorepo, merged=True)
    require_current_settings(monorepo)
    notices: list[AnyNotice] = []
    if monorepo.settings.has_progress:
        advance = Advance(monorepo)
        advanced = advance.advance(advance.in_motion())
        failed = [Notice(error, about) for about, error in advanced.errors]
        notices = [*advanced.done, *advanced.notices, *failed]
    synced = Syncer(monorepo).sync(working)
    return replace(synced, notices=(*notices, *synced.notices))
