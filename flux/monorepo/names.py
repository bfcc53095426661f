"""Resolves the names that people give: an artifact, environments and a version."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher

from semver import Version

from flux.errors import RequestError
from flux.listing import FEW, listed
from flux.monorepo.artifacts import artifacts_at
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.releases import releases
from flux.release.version import newest_stable, parse_version
from flux.settings import Settings
from flux.settings.phases import Follow


def has_artifact(monorepo: Monorepo, artifact: str) -> bool:
    """Whether the tip has an artifact of that name."""
    return artifact in artifacts_at(monorepo, monorepo.tip)


def require_artifact(monorepo: Monorepo, artifact: str, is_deployed: bool = False) -> None:
    """Raise RequestError if the tip has no such artifact. A deployed one is reported as removed."""
    tip = monorepo.tip
    if is_deployed and not has_artifact(monorepo, artifact):
        raise RequestError(
            f"there is no artifact {artifact!r} at the tip, {tip[:12]}, any more",
            f"what is deployed of it can be rolled back: `inv rollback {artifact} ENVIRONMENT`",
        )
    require_known(artifact, artifacts_at(monorepo, tip), f"the tip, {tip[:12]}")


def require_known(artifact: str, known: Sequence[str], where: str, listing: str = "there are") -> None:
    """Raise RequestError for an unknown artifact. The hint lists the known ones."""
    if artifact in known:
        return
    near = _begun(artifact, known) or _nearest(artifact, known, 0.6)
    suggestion = f"; did you mean {near}?" if near else ""
    raise RequestError(
        f"there is no artifact {artifact!r} at {where}{suggestion}", _listed(known, listing, bool(near))
    )


def require_committed(artifact: str, uncommitted: Mapping[str, Sequence[str]]) -> None:
    """Raise RequestError if the working tree has uncommitted files of an artifact. `uncommitted` is by
    artifact."""
    if paths := uncommitted.get(artifact):
        raise RequestError(
            f"{artifact} is not committed, and only what is committed is published",
            f"commit {listed(paths)}, then run the same command again",
        )


def _listed(known: Sequence[str], listing: str, is_suggested: bool) -> str:
    """Return the known names if they are few. Many names are not shown beside a suggestion."""
    if len(known) <= FEW:
        return f"{listing} {', '.join(known) or 'none'}"
    if is_suggested:
        return f"{listing} {len(known)}: `inv list` shows them"
    return f"{listing} {listed(known)}: `inv list` shows them"


def wanted_environments(settings: Settings, name: str) -> tuple[str, ...]:
    """Return the named environment, or all of the named phase. Raises RequestError for other names."""
    if name in settings.environments:
        return (name,)
    if name in settings.groups:
        return settings.groups[name]
    for what in Follow:
        if name in settings.following(what):
            raise RequestError(
                f"{name} follows the {'tip' if what is Follow.TIP else 'newest stable release'} by itself",
                "name another environment, or remove its `follow` from the setting `phases`",
            )
    names = list(dict.fromkeys([*settings.groups, *settings.environments]))
    near = _meant(name, list(settings.groups), settings.environments)
    raise RequestError(
        f"there is no environment or phase {name!r}",
        f"did you mean {near}?" if near else f"there are {', '.join(names) or 'none'}",
    )


def _meant(name: str, phases: Sequence[str], environments: Sequence[str]) -> str:
    """Return the phase or environment that was probably meant. A name with the same beginning comes before
    one with similar spelling, and phases come before environments. An environment has to be very similar."""
    return (
        _begun(name, [*phases, *environments])
        or _nearest(name, phases, 0.6)
        or _nearest(name, environments, 0.8)
        or next((phase for phase in phases if name.casefold().startswith(phase.casefold())), "")
        or _nearest(name, environments, 0.6)
    )


def _begun(name: str, known: Iterable[str]) -> str:
    """Return the first name with the same beginning."""
    begins = (one for one in known if one.casefold().startswith(name.casefold()))
    return next(begins, "") if name else ""


def _nearest(name: str, known: Iterable[str], cutoff: float) -> str:
    """Return the name with the most similar spelling. If there are several, return the first."""
    scored = [(SequenceMatcher(None, one.casefold(), name.casefold()).ratio(), one) for one in known]
    score, nearest = max(scored, key=lambda pair: pair[0], default=(0.0, ""))
    return nearest if score >= cutoff else ""


def wanted_version(monorepo: Monorepo, artifact: str, version: str | None) -> Version:
    """Return the given version, or that of the artifact's newest stable release.

    Raises RequestError for text that is not a version, or if there is no stable release. Raises GitError if
    the home of the release tags does not answer.
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
