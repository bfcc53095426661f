"""Compares the versions that environments should have, file by file, from git."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice, pairwise

from semver import Version

from flux.artifact.difference import FileDifference, difference
from flux.artifact.versions import named_versions
from flux.errors import FluxError, without_frames
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.released_files import released_files
from flux.monorepo.releases import Released

_MOST_FILES = 50
_MOST_COMPARISONS = 4


@dataclass(frozen=True)
class VersionDifference:
    """The differences between two deployed versions. `names` are charts and images, each with both versions.
    `unknown` says why the differences are unknown."""

    old: str
    new: str
    environments: tuple[tuple[str, ...], tuple[str, ...]]
    names: tuple[tuple[str, str, str], ...] = ()
    files: tuple[FileDifference, ...] = ()
    more_files: int = 0
    unknown: FluxError | None = None


def compare_versions(
    monorepo: Monorepo, released: Sequence[Released], wanted: Mapping[str, str]
) -> list[VersionDifference]:
    """Compare each version of an artifact with the next higher one. `released` are its releases, and `wanted`
    are the versions by environment."""
    environments: dict[str, list[str]] = {}
    for environment, version in wanted.items():
        environments.setdefault(version, []).append(environment)
    versions = sorted(environments, key=Version.parse, reverse=True)
    tagged = {str(one.version): one for one in released}
    return [
        _compare(monorepo, tagged, old, new, (tuple(environments[old]), tuple(environments[new])))
        for new, old in islice(pairwise(versions), _MOST_COMPARISONS)
    ]


def _compare(
    monorepo: Monorepo,
    tagged: Mapping[str, Released],
    old: str,
    new: str,
    environments: tuple[tuple[str, ...], tuple[str, ...]],
) -> VersionDifference:
    try:
        if missing := next((version for version in (old, new) if version not in tagged), None):
            raise FluxError(f"no release has version {missing}")
        before, after = (released_files(monorepo, tagged[version]) for version in (old, new))
    except FluxError as error:
        return VersionDifference(old, new, environments, unknown=without_frames(error))
    files = difference(before, after)
    names: list[tuple[str, str, str]] = []
    with suppress(RecursionError):
        was, now = named_versions(before), named_versions(after)
        names = [
            (name, ", ".join(sorted(was.get(name, ()))), ", ".join(sorted(now.get(name, ()))))
            for name in sorted(was.keys() | now.keys())
            if was.get(name) != now.get(name)
        ]
    more = max(0, len(files) - _MOST_FILES)
    return VersionDifference(old, new, environments, tuple(names), tuple(files[:_MOST_FILES]), more)
