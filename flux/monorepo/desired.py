"""Reads the desired state at a commit, and chooses artifacts from it or from the sources."""

from collections.abc import Collection, Mapping

from flux.errors import DesiredStateError, SettingError
from flux.monorepo.artifacts import artifacts_at
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.names import require_known
from flux.promotion.desired import Desired, find_stray, parse_desired


def desired_at(monorepo: Monorepo, commit: str) -> Desired:
    """Return the desired state at a commit.

    Raises DesiredStateError for a file that has errors, and SettingError if the file that the settings name
    is missing.
    """
    path = monorepo.settings.releaseconfig
    content = monorepo.git.file(commit, path)
    if content is None and "releaseconfig" in monorepo.settings.named:
        raise SettingError(
            f"flux.releaseconfig is {path}, which is not in {commit[:12]}",
            "commit it (`{}` is enough to begin with), or correct the setting",
        )
    return parse_desired(path, content)


def stray_of(monorepo: Monorepo, artifact: str, versions: Mapping[str, str]) -> DesiredStateError | None:
    """Return an error if the artifact has a version for an environment that the settings do not have."""
    settings = monorepo.settings
    if versions.keys() <= set(settings.environments):
        return None
    content = monorepo.git.file(monorepo.tip, settings.releaseconfig)
    return find_stray(settings.releaseconfig, artifact, versions, settings.environments, content)


def choose_artifacts(monorepo: Monorepo, desired: Desired, names: Collection[str]) -> list[str]:
    """Return the named artifacts, or all in the sources or the desired state of the tip.

    Raises RequestError for an unknown name.
    """
    tip = monorepo.tip
    known = list(dict.fromkeys([*artifacts_at(monorepo, tip), *desired]))
    for name in names:
        require_known(name, known, f"the tip, {tip[:12]}")
    return [name for name in known if name in names or not names]
