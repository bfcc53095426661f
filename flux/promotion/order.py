"""The order of phases: a version goes to one after the one before."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from semver import Version


@dataclass(frozen=True)
class Skipped:
    """Environments of a phase that do not have a version yet, and the later phases that are to get it."""

    phase: str
    behind: tuple[str, ...]
    later: tuple[str, ...]


def skipped(
    phases: Mapping[str, Sequence[str]],
    versions: Mapping[str, str],
    version: str,
    environments: Collection[str],
) -> list[Skipped]:
    """Every phase that comes before one that `environments` are of, and has environments that are behind.

    Those have neither the version nor a higher one.
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
    """Of environments, those that a version would not bring down from the one that they have."""
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
    """The phases that `environments` are of and that are not due yet, each with the environments of the
    phase ahead that do not have `version`. `phases` are in their order, `versions` are main's."""
    early = {}
    ahead: Sequence[str] = ()
    for phase, own in phases.items():
        behind = [environment for environment in ahead if versions.get(environment) != version]
        if behind and set(own) & set(environments):
            early[phase] = behind
        ahead = own
    return early
