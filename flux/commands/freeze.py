"""Freezes a phase, or every phase."""

import re
from datetime import UTC, datetime

from flux.errors import RequestError
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.tip_settings import require_current_settings
from flux.promotion.gates.duration import read_duration
from flux.promotion.gates.freeze import Freeze
from flux.proposals.pending_freezes import pending_freezes
from flux.proposals.propose_freezes import Frozen, authorized, freezes_there, propose_freezes, require_phase

_LONGEST = 300


def freeze(monorepo: Monorepo, reason: str, phase: str | None, until: str | None) -> Frozen:
    """Propose to freeze a phase, or all phases, in addition to freezes that are already proposed.

    Raises RequestError if the phase is unknown, or the reason or the end is not valid.
    """
    require_current_settings(monorepo)
    require_phase(monorepo, phase)
    authority = authorized(monorepo, phase)
    said = " ".join(reason.split())
    if not said or len(said) > _LONGEST or not said.isprintable():
        raise RequestError("a freeze needs a reason in one line", 'say `inv freeze "why"`')
    if phase is None and said in monorepo.settings.groups:
        hint = f'say `inv freeze "why" {said}`'
        raise RequestError(f"{said} is a phase, and the reason comes first", hint)
    end = _moment(until, monorepo.forge.now()) if until else None
    new = Freeze(said, authority.caller, phase or "", end)
    there, pending = freezes_there(monorepo), pending_freezes(monorepo, authority)
    begun = pending.after(there)
    if any((each.reason, each.phase, each.until) == (new.reason, new.phase, new.until) for each in begun):
        return Frozen(pending.pull_request if {*begun} != {*there} else None, begun)
    kept = tuple(each for each in begun if each.phase != new.phase)
    return propose_freezes(monorepo, there, (*kept, new), pending)


def _moment(text: str, now: float) -> float:
    """Parse a time: `2026-12-24`, `2026-12-24T18:00+01:00`, or a duration from now (`2d`). Raises
    RequestError."""
    try:
        if re.fullmatch(r"[0-9wdhms]+", text) and not text.isdigit():
            return float(int(now) + read_duration(text))
        moment = datetime.fromisoformat(text)
        at = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise RequestError(
            f"{text!r} is not a time", "write it as 2026-12-24, 2026-12-24T18:00+01:00 or 2d"
        ) from None
    if at <= now:
        raise RequestError(f"{text} is in the past", "name a time in the future")
    return at
