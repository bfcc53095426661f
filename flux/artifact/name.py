"""Checks names of artifacts, and paths of OCI repositories."""

from flux.regex import regex

_PART = regex(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")
_CHARACTERS = regex(r"[a-z0-9._-]")
_LONGEST = 128


def is_repository(path: str) -> bool:
    """Whether `path` can be the path of an OCI repository."""
    return all(_PART.fullmatch(part) for part in path.split("/"))


def name_fault(name: str) -> str:
    """Return why `name` cannot be the last part of an OCI repository; empty if it can.

    https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
    """
    if len(name) > _LONGEST:
        return f"is longer than {_LONGEST} characters"
    if _PART.fullmatch(name):
        return ""
    for at, character in enumerate(name):
        if not _CHARACTERS.match(character):
            return f"has {character!r} at character {at + 1}; allowed are a-z, 0-9 and . _ - between them"
    return "needs a letter or digit at both ends and a single separator (. _ __ or dashes) between them"
