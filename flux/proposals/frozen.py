"""The environments that a freeze covers."""

from collections.abc import Collection

from flux.errors import RequestError
from flux.monorepo.monorepo import Monorepo
from flux.proposals.courses import freezes_at


def frozen(monorepo: Monorepo, names: Collection[str]) -> dict[str, str]:
    """Of environments and phases, those that a freeze holds, each with the reason."""
    freezes = freezes_at(monorepo, monorepo.tip) if names else ()
    if not freezes:
        return {}
    now, groups = monorepo.forge.now(), monorepo.settings.groups
    phases = {name: phase for phase, members in groups.items() for name in (phase, *members)}
    return {
        name: f"{freeze.phase or 'every phase'} is frozen by {freeze.by}: {freeze.reason}"
        for name in names
        for freeze in freezes
        if name in phases and freeze.holds(phases[name], now)
    }


def require_no_freeze(monorepo: Monorepo, environments: Collection[str]) -> None:
    """Raises RequestError where one of the environments is frozen."""
    for reason in frozen(monorepo, environments).values():
        raise RequestError(
            reason,
            "wait for `inv unfreeze`, or say `inv promote` with `--override REASON`, which is recorded",
        )
