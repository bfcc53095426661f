"""Reads the freezes of a commit, and finds what they hold."""

from collections.abc import Callable, Collection

from flux.errors import HeldError
from flux.monorepo.monorepo import Monorepo
from flux.promotion.gates.freeze import Freeze, freezes_path, parse_freezes
from flux.promotion.texts import freeze as say


def freezes_at(monorepo: Monorepo, commit: str) -> tuple[Freeze, ...]:
    """Return the freezes of a commit. Raises DesiredStateError for a file that has errors."""
    path = freezes_path(monorepo.settings.releaseconfig)
    phases = [phase.name for phase in monorepo.settings.phases]
    return parse_freezes(path, monorepo.git.file(commit, path), phases)


def frozen(monorepo: Monorepo, names: Collection[str], clock: Callable[[], float]) -> dict[str, Freeze]:
    """Return the named environments and phases that a freeze at the tip holds, each with the freeze.

    The clock is called only if there is a freeze. Raises DesiredStateError for a file that has errors.
    """
    freezes = freezes_at(monorepo, monorepo.tip) if names else ()
    if not freezes:
        return {}
    now = clock()
    phases = {
        name: phase.name
        for phase in monorepo.settings.phases
        for name in (phase.name, *phase.environments, *dict(phase.following))
    }
    return {
        name: freeze
        for name in names
        for freeze in freezes
        if name in phases and freeze.holds(phases[name], now)
    }


def held(freeze: Freeze) -> HeldError:
    """Return the error of what a freeze holds."""
    return HeldError(say.frozen_by(freeze), "wait for `inv unfreeze`")
