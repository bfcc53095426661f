"""The order of phases: a version goes to each phase after the phase before it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from semver import Version


@dataclass(frozen=True)
class Skipped:
    """Environments of a phase that do not have a version yet, and the later phases that will get it."""

    phase: str
    behind: tuple[str, ...]
    later: tuple[str, ...]


def find_skipped(
    phases: Mapping[str, Sequence[str]],
    versions: Mapping[str, str],
    version: str,
    environments: Collection[str],
) -> list[Skipped]:
    """Return each phase that is before a phase of `environments` and has environments that are behind.

    An environment is behind if it has neither the version nor a higher one.
    """
    names = [*phases]
    found = []
    for at, phase in enumerate(names):
        behind = tuple(each for each in phases[phase] if _is_behind(versions.get(each), version))
        later = tuple(other for other in names[at + 1 :] if set(phases[other]) & set(environments))
        if behind and later:
            found.append(Skipped(phase, behind, later))
    return found


def _is_behind(has: str | None, version: str) -> bool:
    return has is None or Version.parse(has) < Version.parse(version)


def not_lowered(versions: Mapping[str, str], version: str, environments: Collection[str]) -> list[str]:
    """Return the environments that would not go to a lower version."""
    return [
        each
        for each in environments
        if (has := versions.get(each)) is None or Version.parse(has) <= Version.parse(version)
    ]


def out_of_order(
    phases: Mapping[str, Sequence[str]],
    versions: Mapping[str, str],
    version: str,
    environments: Collection[str],
) -> dict[str, list[str]]:
    """Return the phases of `environments` that are not due yet. Each has the environments of the previous
    phase that do not have `version`. `phases` are in order, and `versions` are main's."""
    early = {}
    ahead: Sequence[str] = ()
    for phase, own in phases.items():
        behind = [environment for environment in ahead if versions.get(environment) != version]
        if behind and set(own) & set(environments):
            early[phase] = behind
        ahead = own
    return early
