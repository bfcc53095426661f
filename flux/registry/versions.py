"""Which published version an image is."""

from collections.abc import Collection, Iterable, Sequence

from semver import Version

from flux.registry.target import Target


def versions_of(
    target: Target, tags: Iterable[str], digests: Collection[str], likely: Sequence[str] = ()
) -> dict[str, str]:
    """The version that each digest is published under, for those that are: one of the likely, else the
    highest. They are looked for among the repository's tags until all are found. Raises RegistryError."""
    found: dict[str, str] = {}
    published = sorted((tag for tag in tags if Version.is_valid(tag)), key=Version.parse, reverse=True)
    for version in dict.fromkeys([*(version for version in likely if version in published), *published]):
        if found.keys() >= set(digests):
            break
        digest = target.resolve(version)
        if digest in digests and digest is not None:
            found.setdefault(digest, version)
    return found
