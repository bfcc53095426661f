"""Moves the environment tags in the registry to the desired versions at the tip."""

from collections.abc import Collection
from dataclasses import replace

from flux.environments.converge import Convergence, OnPlan, converge
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.observe_mode import Observed, observe_steps
from flux.monorepo.unpushed import find_unpushed
from flux.working import Working, silently


def tag_environments(
    monorepo: Monorepo,
    names: Collection[str],
    working: Working = silently,
    on_plan: OnPlan = lambda tip, steps: None,
) -> Convergence:
    """Move the tags of the named artifacts, or of all. `on_plan` gets the steps first. Raises the errors of
    `converge`."""
    done = converge(monorepo, names, working, on_plan)
    return replace(done, notices=[*done.notices, *find_unpushed(monorepo)])


def observe_tags(monorepo: Monorepo, convergence: Convergence) -> list[Observed] | None:
    """Compare with the tags of an earlier system. Return None if the mode is not `observe`."""
    return observe_steps(convergence.steps) if monorepo.settings.observes else None
