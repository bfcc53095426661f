"""Proposes freezes: a pull request that changes their file in git."""

from collections.abc import Sequence
from dataclasses import dataclass

from flux.errors import RequestError
from flux.forge.forge import PullRequest
from flux.monorepo.monorepo import Monorepo
from flux.promotion.gates.freeze import Freeze, freezes_path, parse_freezes, render_freezes
from flux.promotion.texts.freeze import FREEZE_BODY, freeze_title
from flux.proposals.authority import Authority
from flux.proposals.pending_freezes import FREEZE_BRANCH, PendingFreezes, environments_of
from flux.proposals.propose_file import propose_file


@dataclass(frozen=True)
class Frozen:
    """The pull request, or None if nothing had to change, and the freezes after its merge. `withdrawn` says
    that it was closed because it changed nothing any more."""

    pull_request: PullRequest | None
    freezes: tuple[Freeze, ...]
    withdrawn: bool = False


def require_phase(monorepo: Monorepo, phase: str | None) -> None:
    """Raise RequestError for a phase that does not exist. None means every phase."""
    phases = [each.name for each in monorepo.settings.phases]
    if phase is not None and phase not in phases:
        raise RequestError(f"there is no phase {phase!r}", f"phases are {', '.join(phases)}")


def authorized(monorepo: Monorepo, phase: str | None) -> Authority:
    """Require that the caller may promote to a phase, or to all of them."""
    authority = Authority(monorepo)
    authority.require(environments_of(monorepo, [phase or ""]))
    return authority


def freezes_there(monorepo: Monorepo) -> tuple[Freeze, ...]:
    """Return the freezes at the tip, also those of phases that no longer exist."""
    path = freezes_path(monorepo.settings.releaseconfig)
    return parse_freezes(path, monorepo.git.file(monorepo.tip, path), None)


def propose_freezes(
    monorepo: Monorepo, there: Sequence[Freeze], freezes: tuple[Freeze, ...], pending: PendingFreezes
) -> Frozen:
    """Open or update the pull request that changes the freezes of the tip, which are `there`.

    If it would change nothing, it is closed.
    """
    if {*freezes} == {*there} and pending.pull_request:
        monorepo.forge.delete_branch(FREEZE_BRANCH, pending.head)
        return Frozen(pending.pull_request, freezes, withdrawn=True)
    path = freezes_path(monorepo.settings.releaseconfig)
    title = freeze_title(there, freezes)
    pull = propose_file(monorepo, path, render_freezes(freezes), FREEZE_BRANCH, title, FREEZE_BODY)
    return Frozen(pull, freezes)
