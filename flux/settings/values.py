"""Readers of plain values from YAML or a variable. They raise ValueError for a value that is not allowed."""

import re
from collections.abc import Callable, Mapping, Sequence


def text(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError
    return value.strip()


def folder(value: object) -> str:
    path = text(value).removeprefix("./").rstrip("/") or "."
    parts = path.split("/")
    if path.startswith("/") or ".." in parts or "" in parts or ("." in parts and path != "."):
        raise ValueError
    return path


def file(value: object) -> str:
    path = folder(value)
    if path == ".":
        raise ValueError
    return path


def as_list(value: object) -> Sequence[object]:
    """Return the entries of a list. A text is a list of names, and a mapping is one entry."""
    if isinstance(value, str):
        return names(value)
    if isinstance(value, Mapping):
        return [value]
    if not isinstance(value, list | tuple):
        raise ValueError
    return value


def names(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [item for item in value.split(",") if item.strip()]
    if not isinstance(value, list | tuple):
        raise ValueError
    return tuple(text(item) for item in value)


def patterns(value: object) -> tuple[str, ...]:
    from flux.artifact.ignore import excludes

    patterns = names(value)
    excludes(patterns)
    return patterns


def jobs(value: object) -> int:
    if isinstance(value, str) and re.fullmatch(r"\s*[0-9]{1,4}\s*", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 64:
        raise ValueError
    return value


def flag(value: object) -> bool:
    if isinstance(value, str):
        value = {"true": True, "1": True, "false": False, "0": False}.get(value.strip().lower())
    if not isinstance(value, bool):
        raise ValueError
    return value


def flag_or_names(value: object) -> bool | tuple[str, ...]:
    try:
        return flag(value)
    except ValueError:
        return names(value)


def promoters(value: object) -> Mapping[str, tuple[str, ...]]:
    if value == "":
        return {}
    if not isinstance(value, Mapping):
        raise ValueError
    return {text(phase): names(logins) for phase, logins in value.items()}


def version(value: object) -> str:
    """Return a version or its beginning, such as `2.9`. A YAML float is refused: 2.10 would be 2.1."""
    if isinstance(value, float):
        raise ValueError("write it in quotes")
    written = text(str(value) if isinstance(value, int) and not isinstance(value, bool) else value)
    if not re.fullmatch(r"\d+(\.\d+(\.\d+(-[0-9A-Za-z.-]+)?)?)?", written.removeprefix("v")):
        raise ValueError
    return written.removeprefix("v")


def expression(value: object) -> str:
    """Return a regular expression."""
    pattern = text(value)
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        raise ValueError("it is not a regular expression") from None
    return pattern


def commit(value: object) -> str:
    """Return a full commit hash. It may be empty."""
    found = "" if value == "" else text(value)
    if found and not re.fullmatch(r"[0-9a-f]{40}", found):
        raise ValueError
    return found


def one_of(*allowed: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if value not in allowed:
            raise ValueError
        return str(value)

    return read
