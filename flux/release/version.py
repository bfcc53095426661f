"""The version of a release: given, or computed from the last one."""

from collections.abc import Sequence

from semver import Version

from flux.errors import RequestError

BUMPS = ("major", "minor", "patch", "prerelease")
AUTO = "auto"
"""The bump that follows from the commits."""

_LONGEST_TAG = 128  # github.com/opencontainers/distribution-spec, spec.md, "Pulling manifests"


def precedence(version: Version) -> tuple[object, ...]:
    """Return a sort key with the same order as the versions. It takes a tenth of the time."""
    identifiers = version.prerelease.split(".") if version.prerelease else []
    parts = tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in identifiers)
    return version.major, version.minor, version.patch, not parts, parts


def parse_version(text: str, words: Sequence[str] = (*BUMPS, AUTO)) -> Version:
    """Return a semantic version that can be an OCI tag. Raises RequestError for any other text. The hint
    lists the words that are allowed instead of a version."""
    try:
        version = Version.parse(text)
    except ValueError as error:
        raise RequestError(
            f"{text!r} is not a semantic version",
            "write it as 1.2.3 or 1.2.3-rc.1"
            + (f", or say {', '.join(words[:-1])} or {words[-1]}" if words else ""),
        ) from error
    if version.build:
        raise RequestError(
            f"{text!r} has build metadata, and `+` cannot be in an OCI tag",
            f"leave it out: {version.replace(build=None)}",
        )
    if len(text) > _LONGEST_TAG:
        raise RequestError(
            f"a version of {len(text)} characters cannot be an OCI tag, which has at most {_LONGEST_TAG}",
            "shorten what comes after the hyphen",
        )
    return version


def next_version(wanted: str, last: Version | None, stable: Version | None = None) -> Version:
    """Return the version for `wanted`, which is a version or one of BUMPS.

    `last` is the highest release and `stable` the highest stable one. A bump completes its
    prereleases: `minor` after 1.1.0-rc.2 is 1.1.0. A stable version must only be higher than the last stable.
    Raises RequestError if the bump is ambiguous, if the version is not higher, or if it cannot be an OCI tag.
    """
    if wanted in BUMPS:
        meant = meanings(wanted, last, stable)
        if len(meant) > 1:
            raise RequestError(
                f"{wanted!r} may be {meant[0]}, after {stable}, or {meant[1]}, which {last} leads up to",
                f"say which: {meant[0]} or {meant[1]}",
            )
        return parse_version(str(meant[0]))
    version = parse_version(wanted)
    floor = stable if stable is not None and not version.prerelease else last
    if floor is not None and version <= floor:
        raise RequestError(
            f"{version} is not higher than the last release, {floor}",
            f"the next are {', '.join(map(str, _next_versions(last, stable)))}",
        )
    return version


def _next_versions(last: Version | None, stable: Version | None = None) -> list[Version]:
    """Return every version that a bump may mean, highest first."""
    return sorted({version for bump in BUMPS for version in meanings(bump, last, stable)}, reverse=True)


def meanings(bump: str, last: Version | None, stable: Version | None) -> list[Version]:
    """Return the meanings of a bump, first the one after the last stable release. Several are ambiguous."""
    if last is None:
        return [Version(0).next_version(bump)]
    if bump == "prerelease" and last.prerelease:
        return [last.bump_prerelease(bump_when_empty=True)]
    if stable is None or not last.prerelease:
        return [last.next_version(bump)]
    after = stable.next_version(bump)
    return [after] if after > last else [after, last.finalize_version()]


def newest_stable(versions: list[Version]) -> Version | None:
    """Return the highest version that is not a prerelease; None if there is none."""
    return max((version for version in versions if not version.prerelease), default=None)
