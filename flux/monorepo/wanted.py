"""What people ask for by name: an artifact, environments and a version."""

from collections.abc import Sequence
from difflib import get_close_matches

from semver import Version

from flux.errors import RequestError
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.releases import releases
from flux.release.version import newest_stable, parse_version
from flux.settings import Settings


def require_artifact(monorepo: Monorepo, artifact: str) -> None:
    """Raises RequestError where the tip has no artifact of that name."""
    tip = monorepo.tip
    require_known(artifact, monorepo.git.artifacts(tip, monorepo.settings.prefix), f"the tip, {tip[:12]}")


def require_known(artifact: str, known: Sequence[str], where: str, listing: str = "there are") -> None:
    """Raises RequestError for an artifact that is not known. The hint lists those that are."""
    if artifact in known:
        return
    near = get_close_matches(artifact, known, n=1)
    suggestion = f"; did you mean {near[0]}?" if near else ""
    raise RequestError(
        f"there is no artifact {artifact!r} at {where}{suggestion}",
        f"{listing} {', '.join(known) or 'none'}",
    )


def wanted_environments(settings: Settings, name: str) -> tuple[str, ...]:
    """The environment of that name, or all environments of the phase. Raises RequestError for other names."""
    if name in settings.environments:
        return (name,)
    if name in settings.groups:
        return settings.groups[name]
    names = list(dict.fromkeys([*settings.groups, *settings.environments]))
    near = get_close_matches(name, names, n=1)
    raise RequestError(
        f"there is no environment or phase {name!r}",
        f"did you mean {near[0]}?" if near else f"there are {', '.join(names) or 'none'}",
    )


def wanted_version(monorepo: Monorepo, artifact: str, version: str | None) -> Version:
    """The version given, or that of the artifact's newest stable release.

    Raises RequestError for text that is no version, and where there is no stable release. Raises GitError
    where the home of the release tags does not answer.
    """
    if version is not None:
        return parse_version(version, words=())
    released = [found.version for found in releases(monorepo, [artifact])]
    newest = newest_stable(released)
    if newest is None:
        raise RequestError(
            f"{artifact} has no stable release",
            f"name a version: `--version {released[-1]}`" if released else f"`inv release {artifact} minor`",
        )
    return newest
