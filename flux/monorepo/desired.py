"""The desired state at a commit, and the artifacts that it names or the sources have."""

from collections.abc import Collection

from flux.monorepo.artifacts import artifacts_at
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.wanted import require_known
from flux.promotion.desired import Desired, parse_desired


def desired_at(monorepo: Monorepo, commit: str) -> Desired:
    """The desired state at a commit. Raises DesiredStateError for a file that has errors."""
    settings = monorepo.settings
    content = monorepo.git.file(commit, settings.releaseconfig)
    return parse_desired(settings.releaseconfig, content, settings.environments)


def choose(monorepo: Monorepo, desired: Desired, names: Collection[str]) -> list[str]:
    """The artifacts named, or all that the tip has or desires. Raises RequestError for an unknown name."""
    tip = monorepo.tip
    known = list(dict.fromkeys([*artifacts_at(monorepo, tip), *desired]))
    for name in names:
        require_known(name, known, f"the tip, {tip[:12]}")
    return [name for name in known if name in names or not names]
