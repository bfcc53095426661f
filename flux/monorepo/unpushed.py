"""Finds what was merged in this clone and not pushed. It does not count yet: the tip is origin's."""

from collections.abc import Iterator

from flux.listing import listed
from flux.monorepo.monorepo import Monorepo
from flux.promotion.gates.freeze import freezes_path


def find_unpushed(monorepo: Monorepo) -> Iterator[str]:
    """Yield a notice if the branch of this clone is ahead of origin's, with another desired state or other
    freezes. Raises TipUnknownError if the tip cannot be read."""
    git, branch, state = monorepo.git, monorepo.settings.branch, monorepo.settings.releaseconfig
    here = None if monorepo.event.actions else git.ref(f"refs/heads/{branch}")
    tip = monorepo.tip
    if here is None or here == tip:
        return
    paths = [path for path in (state, freezes_path(state)) if git.file(here, path) != git.file(tip, path)]
    if paths and git.merge_base(here, tip) == tip:
        yield f"{branch} has another {listed(paths)} here than at origin: push it, so that it counts"
