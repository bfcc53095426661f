"""Finds the published version of an image."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from semver import Version

from flux.registry.target import Target


def versions_of(
    target: Target, tags: Iterable[str], digests: Collection[str], jobs: int, likely: Sequence[str] = ()
) -> dict[str, str]:
    """Return the version of each published digest: a likely one, or else the highest.

    The likely versions are resolved one by one, then all others, `jobs` at a time, until each digest is
    found. Raises RegistryError.
    """
    found: dict[str, str] = {}
    with ThreadPoolExecutor(jobs) as pool:
        for group in _groups(tags, likely, jobs):
            if found.keys() >= set(digests):
                break
            resolved = list(zip(pool.map(target.resolve, group), group, strict=True))
            # If several versions have one digest, keep the first, which is the highest.
            named = {digest: version for digest, version in reversed(resolved) if digest}
            found = {digest: version for digest, version in named.items() if digest in digests} | found
    return found


def _groups(tags: Iterable[str], likely: Sequence[str], jobs: int) -> Iterator[list[str]]:
    """Yield the versions in the order in which they are resolved, `jobs` at a time."""
    published = sorted((tag for tag in tags if Version.is_valid(tag)), key=Version.parse, reverse=True)
    first = [version for version in dict.fromkeys(likely) if version in published]
    yield from ([version] for version in first)
    others = [version for version in published if version not in first]
    yield from (others[at : at + jobs] for at in range(0, len(others), jobs))
