"""Reads the freezes that a pull request proposes and main does not have yet."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from flux.errors import DesiredStateError
from flux.forge.forge import PullRequest, PullState
from flux.monorepo.monorepo import Monorepo
from flux.promotion.gates.freeze import Freeze, freezes_path, parse_freezes
from flux.proposals.authority import Authority

FREEZE_BRANCH = "freeze/change"


@dataclass(frozen=True)
class PendingFreezes:
    """What the open pull request adds and removes; empty if there is none from an authorized login."""

    pull_request: PullRequest | None = None
    head: str = ""
    added: Sequence[Freeze] = ()
    removed: Sequence[Freeze] = ()

    def after(self, there: Sequence[Freeze]) -> tuple[Freeze, ...]:
        """Return the freezes that main will have. `there` are those that it has now."""
        kept = [each for each in there if each not in self.removed]
        return (*kept, *(each for each in self.added if each not in there))


def pending_freezes(monorepo: Monorepo, authority: Authority) -> PendingFreezes:
    """Return the proposed freezes. Raises ForgeError if the forge does not answer."""
    forge, git = monorepo.forge, monorepo.git
    pulls, head = forge.pull_requests(PullState.OPEN, FREEZE_BRANCH), forge.branch(FREEZE_BRANCH)
    if not pulls or head is None or not git.obtain(head):
        return PendingFreezes()
    base = git.merge_base(monorepo.tip, head)
    path = freezes_path(monorepo.settings.releaseconfig)
    try:
        was, becomes = (parse_freezes(path, git.file(at, path), None) for at in (base or head, head))
    except DesiredStateError:  # an invalid file must not be merged
        return PendingFreezes()
    added = [each for each in becomes if each not in was]
    removed = [each for each in was if each not in becomes]
    changed = environments_of(monorepo, [each.phase for each in (*added, *removed)])
    makers = forge.makers(base or head, head).values()
    if not makers or not all(_may(authority, each, changed) for each in makers):
        return PendingFreezes()
    return PendingFreezes(pulls[0], head, added, removed)


def environments_of(monorepo: Monorepo, phases: Iterable[str]) -> set[str]:
    """Return the environments of phases. An empty phase, or one that no longer exists, means all of them."""
    groups = monorepo.settings.groups
    return {
        name
        for phase in phases
        for each in groups
        for name in groups[each]
        if phase == each or phase not in groups
    }


def _may(authority: Authority, makers: Collection[str], environments: Collection[str]) -> bool:
    """Whether one of a commit's makers may promote to these environments."""
    return any(authority.is_ours(who) or not authority.refusals(who, environments) for who in makers)
