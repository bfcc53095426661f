"""Compares what each environment should have with what it has, and judges the result."""

from collections.abc import Collection
from dataclasses import replace
from math import inf

from flux.environments.status import Status, find_status
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.unpushed import find_unpushed
from flux.working import Working, silently


def read_status(
    monorepo: Monorepo, names: Collection[str], working: Working = silently, *, checks: bool = False
) -> Status:
    """Return which version is in which environment. With `checks`, tags that are as desired are also compared
    with what git builds. Raises TipUnknownError if the tip cannot be fetched."""
    status = find_status(monorepo, names, working, thorough=checks, with_requests=bool(names))
    return replace(status, notices=[*status.notices, *find_unpushed(monorepo)])


def is_wrong(status: Status, *, checks: bool, behind: float = inf) -> bool:
    """Whether the command fails: always if a registry does not answer.

    With `checks`, also if a tag drifts, if the settings are outdated, or if a cluster fails or lags for more
    than `behind` seconds.
    """
    return bool(status.failed or (checks and (status.drifts or status.outdated or status.lags(behind))))
