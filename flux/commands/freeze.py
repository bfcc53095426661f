"""Freezes and unfreezes phases. Freezes are in a file in git, which a pull request changes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from flux.errors import RequestError
from flux.forge.forge import PullRequest
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.tip_settings import require_current_settings
from flux.promotion.gates.duration import read_duration
from flux.promotion.gates.freeze import Freeze, freezes_path, parse_freezes, render_freezes
from flux.promotion.texts.freeze import FREEZE_BODY, freeze_title
from flux.proposals.authority import Authority
from flux.proposals.pending_freezes import BRANCH, PendingFreezes, environments_of, pending_freezes
from flux.proposals.propose_file import propose_file

_LONGEST = 300


@dataclass(frozen=True)
class Frozen:
    """The pull request, or None if nothing had to change, and the freezes after its merge. `withdrawn` says
    that it was closed because it changed nothing any more."""

    pull_request: PullRequest | None
    freezes: tuple[Freeze, ...]
    withdrawn: bool = False


def freeze(monorepo: Monorepo, reason: str, phase: str | None, until: str | None) -> Frozen:
    """Propose to freeze a phase, or all phases, in addition to freezes that are already proposed.

    Raises RequestError if the phase is unknown, or the reason or the end is not valid.
    """
    require_current_settings(monorepo)
    _require_phase(phase, [phase.name for phase in monorepo.settings.phases])
    authority = _authorized(monorepo, phase)
    said = " ".join(reason.split())
    if not said or len(said) > _LONGEST or not said.isprintable():
        raise RequestError("a freeze needs a reason in one line", '`inv freeze "why"` says it')
    if phase is None and said in monorepo.settings.groups:
        hint = f'`inv freeze "why" {said}` says it'
        raise RequestError(f"{said} is a phase, and the reason comes first", hint)
    end = _moment(until, monorepo.forge.now()) if until else None
    new = Freeze(said, authority.caller, phase or "", end)
    there, pending = _there(monorepo), pending_freezes(monorepo, authority)
    begun = pending.after(there)
    if any((each.reason, each.phase, each.until) == (new.reason, new.phase, new.until) for each in begun):
        return Frozen(pending.pull_request if {*begun} != {*there} else None, begun)
    kept = tuple(each for each in begun if each.phase != new.phase)
    return _propose(monorepo, there, (*kept, new), pending)


def unfreeze(monorepo: Monorepo, phase: str | None) -> Frozen:
    """Propose to end the freezes of a phase, or all freezes, also those of removed phases.

    Raises RequestError if there is none.
    """
    require_current_settings(monorepo)
    there = _there(monorepo)
    if phase not in {each.phase for each in there}:
        _require_phase(phase, [phase.name for phase in monorepo.settings.phases])
    pending = pending_freezes(monorepo, _authorized(monorepo, phase))
    begun = pending.after(there)
    kept = tuple(each for each in begun if phase and each.phase != phase)
    if kept == begun:
        frozen = ", ".join(sorted({each.phase or "every phase" for each in begun}))
        raise RequestError(
            f"{phase} is not frozen" if phase else "no phase is frozen",
            f"frozen is {frozen}" if frozen else "there is nothing to unfreeze",
        )
    return _propose(monorepo, there, kept, pending)


def _require_phase(phase: str | None, phases: Sequence[str]) -> None:
    if phase is not None and phase not in phases:
        raise RequestError(f"there is no phase {phase!r}", f"phases are {', '.join(phases)}")


def _authorized(monorepo: Monorepo, phase: str | None) -> Authority:
    authority = Authority(monorepo)
    authority.require(environments_of(monorepo, [phase or ""]))
    return authority


def _there(monorepo: Monorepo) -> tuple[Freeze, ...]:
    path = freezes_path(monorepo.settings.releaseconfig)
    return parse_freezes(path, monorepo.git.file(monorepo.tip, path), None)


def _propose(
    monorepo: Monorepo, there: Sequence[Freeze], freezes: tuple[Freeze, ...], pending: PendingFreezes
) -> Frozen:
    if {*freezes} == {*there} and pending.pull_request:
        monorepo.forge.delete_branch(BRANCH, pending.head)
        return Frozen(pending.pull_request, freezes, withdrawn=True)
    path = freezes_path(monorepo.settings.releaseconfig)
    title = freeze_title(there, freezes)
    pull = propose_file(monorepo, path, render_freezes(freezes), BRANCH, title, FREEZE_BODY)
    return Frozen(pull, freezes)


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
