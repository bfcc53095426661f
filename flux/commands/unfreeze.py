"""Ends the freezes of a phase, or all freezes."""

from flux.errors import RequestError
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.tip_settings import require_current_settings
from flux.proposals.pending_freezes import pending_freezes
from flux.proposals.propose_freezes import Frozen, authorized, freezes_there, propose_freezes, require_phase


def unfreeze(monorepo: Monorepo, phase: str | None) -> Frozen:
    """Propose to end the freezes of a phase, or all freezes, also those of removed phases.

    Raises RequestError if there is none.
    """
    require_current_settings(monorepo)
    there = freezes_there(monorepo)
    if phase not in {each.phase for each in there}:
        require_phase(monorepo, phase)
    pending = pending_freezes(monorepo, authorized(monorepo, phase))
    begun = pending.after(there)
    kept = tuple(each for each in begun if phase and each.phase != phase)
    if kept == begun and pending.pull_request and any(phase in (None, each.phase) for each in there):
        return Frozen(pending.pull_request, begun)  # it has ended the freeze already
    if kept == begun:
        frozen = ", ".join(sorted({each.phase or "every phase" for each in begun}))
        raise RequestError(
            f"{phase} is not frozen" if phase else "no phase is frozen",
            f"frozen is {frozen}" if frozen else "there is nothing to unfreeze",
        )
    return propose_freezes(monorepo, there, kept, pending)
