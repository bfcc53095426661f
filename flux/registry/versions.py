"""Which published version an image is."""

from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from semver import Version

from flux.registry.target import Target


def versions_of(
    target: Target, tags: Iterable[str], digests: Collection[str], jobs: int, likely: Sequence[str] = ()
) -> dict[str, str]:
    """The version that each digest is published under, for those that are: one of the likely, else the
    highest. The likely are asked for one by one, then all the repository's tags, `jobs` at a time, until each
    digest is found. Raises RegistryError."""
    found: dict[str, str] = {}
    published = sorted((tag for tag in tags if Version.is_valid(tag)), key=Version.parse, reverse=True)
    first = [version for version in dict.fromkeys(likely) if version in published]
    others = [version for version in published if version not in first]
    groups = [[version] for version in first]
    groups += [others[at : at + jobs] for at in range(0, len(others), jobs)]
    with ThreadPoolExecutor(jobs) as pool:
        for group in groups:
            if found.keys() >= set(digests):
                break
            for version, digest in zip(group, pool.map(target.resolve, group), strict=True):
                if digest is not None and digest in digests:
                    found.setdefault(digest, version)
    return found
