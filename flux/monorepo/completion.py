"""Finds the words that complete a command line. They come only from the clone."""

from collections.abc import Sequence

from flux.monorepo.artifacts import artifacts_at
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.releases import read_releases
from flux.regex import regex
from flux.release.version import AUTO, BUMPS

_WORD = regex(r"[A-Za-z0-9._/+@~-]+")
"""Words without any character that is special to a shell."""


def candidates(monorepo: Monorepo, kind: str, command: str, given: Sequence[str]) -> list[str]:
    """Return the possible values of the argument `kind` of a command, after the `given` words."""
    return [word for word in _find(monorepo, kind, command, given) if _WORD.fullmatch(word)]


def _find(monorepo: Monorepo, kind: str, command: str, given: Sequence[str]) -> list[str]:
    match kind:
        case "artifact":
            return _artifacts(monorepo)
        case "phase":
            return list(monorepo.settings.groups)
        case "environment":
            return list(dict.fromkeys([*monorepo.settings.groups, *monorepo.settings.environments]))
        case "version" if command == "release":
            return [*BUMPS, AUTO]
        case "version" | "to":
            return [version for version, _ in _released(monorepo, given[:1])]
        case "tag":
            return _tags(monorepo)
        case "what":
            return [*_artifacts(monorepo), *_tags(monorepo)]
        case "since" if command != "log":
            return [monorepo.settings.branch, *monorepo.git.tags()]
    return []


def _artifacts(monorepo: Monorepo) -> list[str]:
    return artifacts_at(monorepo, monorepo.git.head())


def _tags(monorepo: Monorepo) -> list[str]:
    return [tag for _, tag in _released(monorepo, _artifacts(monorepo))]


def _released(monorepo: Monorepo, names: Sequence[str]) -> list[tuple[str, str]]:
    """Return the versions and tags of the releases in the clone, the newest first."""
    found = read_releases(monorepo.settings.tag_form, monorepo.git.tags(), names)
    return [(str(one.version), one.tag) for one in reversed(found)]
