"""The version of a release: given, or counted up from the last."""

from collections.abc import Sequence

from semver import Version

from flux.errors import RequestError

BUMPS = ("major", "minor", "patch", "prerelease")

_LONGEST_TAG = 128  # github.com/opencontainers/distribution-spec, spec.md, "Pulling manifests"


def parse_version(text: str, words: Sequence[str] = BUMPS) -> Version:
    """A semantic version that can be an OCI tag. Raises RequestError for any other text, with a hint that
    has the words which may stand for a version."""
    try:
        version = Version.parse(text)
    except ValueError as error:
        raise RequestError(
            f"{text!r} is no semantic version",
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


def next_version(wanted: str, last: Version | None) -> Version:
    """The version that is meant by `wanted`, a version or one of BUMPS.

    A bump that a prerelease was leading up to ends it: `minor` after 1.1.0-rc.2 is 1.1.0. Raises RequestError
    for a version that is not higher than the last, and for one that cannot be an OCI tag.
    """
    if wanted == "prerelease" and last is not None and last.prerelease:
        return parse_version(str(last.bump_prerelease(bump_when_empty=True)))
    if wanted in BUMPS:
        return (last or Version(0)).next_version(wanted)
    version = parse_version(wanted)
    if last is not None and version <= last:
        raise RequestError(
            f"{version} is not higher than the last release, {last}",
            f"the next are {', '.join(str(last.next_version(bump)) for bump in BUMPS)}",
        )
    return version


def newest_stable(versions: list[Version]) -> Version | None:
    """The highest version that is no prerelease."""
    return max((version for version in versions if not version.prerelease), default=None)
