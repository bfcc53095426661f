"""Refuses environments that a freeze covers."""

from collections.abc import Collection

from flux.errors import RequestError
from flux.monorepo.freezes import frozen
from flux.monorepo.monorepo import Monorepo
from flux.promotion.texts import freeze as say


def require_no_freeze(monorepo: Monorepo, environments: Collection[str]) -> None:
    """Raises RequestError if one of the environments is frozen."""
    for freeze in frozen(monorepo, environments, monorepo.forge.now).values():
        raise RequestError(
            say.frozen_by(freeze),
            "wait for `inv unfreeze`, or say `inv promote` with `--override REASON`, which is recorded",
        )
