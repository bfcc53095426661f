"""Chooses the version of a release, from earlier releases and from the commits since."""

from semver import Version

from flux.errors import RequestError
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.release_notes import commits_of
from flux.monorepo.releases import Released, newest_of
from flux.release.commits import asked_bump, read_commit
from flux.release.version import BUMPS, meanings, newest_stable, next_version, parse_version


def asked_by_commits(monorepo: Monorepo, artifact: str, commit: str, earlier: list[Released]) -> str:
    """Return the bump for the commits since the last stable release, or the version released here."""
    if earlier and earlier[-1].commit == commit:
        return str(earlier[-1].version)
    last = newest_of(earlier)
    return asked_bump(commits_of(monorepo, artifact, commit, last), last.version if last else None)


def name_too_small(
    monorepo: Monorepo, artifact: str, commit: str, earlier: list[Released], version: Version
) -> list[str]:
    """Return a warning if there is a breaking change and the version is too low for it."""
    last = newest_of(earlier)
    if last is None or version < last.version:
        return []
    broken = [one for one in commits_of(monorepo, artifact, commit, last) if read_commit(one).is_breaking]
    if not broken:
        return []
    asked = next_version(asked_bump(broken, last.version), last.version)
    if version.finalize_version() >= asked:
        return []
    return [
        f"{version} is less than {asked}, which the breaking change of {broken[0].commit[:12]} asks for: "
        f"{broken[0].subject}"
    ]


def version_for(wanted: str, earlier: list[Released]) -> Version:
    """Return the version that is wanted, or that a bump means after earlier releases. Raises RequestError."""
    versions = [one.version for one in earlier]
    return next_version(wanted, versions[-1] if versions else None, newest_stable(versions))


def released_again(
    released: list[Released], earlier: list[Released], wanted: str, commit: str, allow_unchanged: bool
) -> Released | None:
    """Return the existing release for `wanted` at this commit. Raises RequestError if it is elsewhere.

    A bump stands for the last release if it is at this commit and the bump could have led to its version.
    With `allow_unchanged` it does not.
    """
    if wanted in BUMPS:
        if allow_unchanged or not earlier or earlier[-1].commit != commit:
            return None
        meant = [one.version for one in earlier[:-1]]
        could = meanings(wanted, meant[-1] if meant else None, newest_stable(meant))
        return earlier[-1] if earlier[-1].version in could else None
    version = parse_version(wanted)
    there = next((one for one in released if one.version == version), None)
    if there and there.commit != commit:
        raise _taken(there)
    return there


def _taken(one: Released) -> RequestError:
    return RequestError(
        f"{one.artifact} {one.version} is released already, at {one.commit[:12]}",
        "a version never changes: release a higher one",
    )


def require_untagged(version: Version, stray: list[Released]) -> None:
    """Raises RequestError if the tag of the version exists at a commit that is on no release line."""
    for one in stray:
        if one.version == version:
            raise RequestError(
                f"the tag {one.tag} is there, at {one.commit[:12]}, which is on no branch of releases",
                "delete the tag, or release a higher version",
            )


def require_free(version: Version, line: str, released: list[Released], earlier: list[Released]) -> None:
    """Raises RequestError if the version is taken. On a maintenance line, the version must also be lower than
    the next one released elsewhere, because the highest version counts as the newest release."""
    for one in released:
        if one.version == version:
            raise _taken(one)
    last = earlier[-1].version if earlier else Version(0)
    others = [one for one in released if one not in earlier and one.version > last]
    if others and version > others[0].version:
        between = f"between {last} and {others[0].version}"
        has_room = last.finalize_version().bump_patch() < others[0].version
        raise RequestError(
            f"{version} on {line} would pass {others[0].version}, which is released on another line",
            f"release a version {between}"
            if has_room
            else f"no version is {between}: release from where {others[0].version} is",
        )
