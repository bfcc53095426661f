"""Freeze phases and unfreeze them: a file in git, changed by pull request."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from flux.errors import RequestError
from flux.forge.forge import PullRequest
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.outdated import require_current_settings
from flux.promotion.gates.duration import read_duration
from flux.promotion.gates.freeze import Freeze, freezes_path, parse_freezes, render_freezes
from flux.proposals.authority import Authority
from flux.proposals.files import propose_file

_LONGEST = 300


@dataclass(frozen=True)
class Frozen:
    """The pull request, None where nothing had to change, and the freezes once it is merged."""

    pull_request: PullRequest | None
    freezes: tuple[Freeze, ...]


def freeze(monorepo: Monorepo, reason: str, phase: str | None, until: str | None) -> Frozen:
    """Propose a freeze of a phase, or of all of them. Raises RequestError for what cannot be frozen."""
    authority = _authorized(monorepo, phase)
    said = " ".join(reason.split())
    if not said or len(said) > _LONGEST or not said.isprintable():
        raise RequestError("a freeze needs a reason in one line", '`inv freeze "why"` says it')
    if phase is None and said in monorepo.settings.groups:
        hint = f'`inv freeze "why" {said}` says it'
        raise RequestError(f"{said} is a phase, and the reason comes first", hint)
    end = _moment(until, monorepo.forge.now()) if until else None
    new = Freeze(said, authority.caller, phase or "", end)
    there = _there(monorepo)
    if any((each.reason, each.phase, each.until) == (new.reason, new.phase, new.until) for each in there):
        return Frozen(None, there)
    kept = tuple(each for each in there if each.phase != new.phase)
    return _propose(monorepo, (*kept, new), f"Freeze {phase or 'every phase'}: {said}")


def unfreeze(monorepo: Monorepo, phase: str | None) -> Frozen:
    """Propose to end the freezes of a phase, or all of them. Raises RequestError where there is none."""
    _authorized(monorepo, phase)
    there = _there(monorepo)
    kept = tuple(each for each in there if phase and each.phase != phase)
    if kept == there:
        frozen = ", ".join(sorted({each.phase or "every phase" for each in there}))
        raise RequestError(
            f"{phase} is not frozen" if phase else "no phase is frozen",
            f"frozen is {frozen}" if frozen else "there is nothing to unfreeze",
        )
    return _propose(monorepo, kept, f"Unfreeze {phase or 'every phase'}")


def _authorized(monorepo: Monorepo, phase: str | None) -> Authority:
    require_current_settings(monorepo)
    groups = monorepo.settings.groups
    if phase is not None and phase not in groups:
        raise RequestError(f"there is no phase {phase!r}", f"phases are {', '.join(groups)}")
    authority = Authority(monorepo)
    authority.require([name for each in ([phase] if phase else groups) for name in groups[each]])
    return authority


def _there(monorepo: Monorepo) -> tuple[Freeze, ...]:
    path = freezes_path(monorepo.settings.releaseconfig)
    content = monorepo.git.file(monorepo.tip, path)
    return parse_freezes(path, content, [*monorepo.settings.groups])


def _propose(monorepo: Monorepo, freezes: Sequence[Freeze], title: str) -> Frozen:
    path = freezes_path(monorepo.settings.releaseconfig)
    body = "While a freeze stands, no pull request is opened and no tag moves in what it names."
    pull = propose_file(monorepo, path, render_freezes(freezes), "freeze/change", title[:200], body)
    return Frozen(pull, tuple(freezes))


def _moment(text: str, now: float) -> float:
    """A moment: `2026-12-24`, `2026-12-24T18:00+01:00`, or so long from now, `2d`. Raises RequestError."""
    try:
        if re.fullmatch(r"[0-9wdhms]+", text) and not text.isdigit():
            return float(int(now) + read_duration(text))
        moment = datetime.fromisoformat(text)
        at = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise RequestError(
            f"{text!r} is not a moment", "write it as 2026-12-24, 2026-12-24T18:00+01:00 or 2d"
        ) from None
    if at <= now:
        raise RequestError(f"{text} is over already", "name a moment that is still to come")
    return at
