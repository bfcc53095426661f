"""The readers of rules and clusters. They raise ValueError, which says what is allowed."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from flux.promotion.clusters.status import CLUSTER_NAME
from flux.promotion.gates.duration import read_duration
from flux.promotion.gates.rule import Auto, Merge, OnFailure
from flux.promotion.gates.window import Window, read_window
from flux.settings.phases import Given
from flux.settings.values import names, text

Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True)
class FollowedClusters:
    """The clusters of an environment that have to report, and who may report for them."""

    names: tuple[str, ...] = ()
    reporters: tuple[str, ...] = ()


def rule(value: Mapping[object, object], also: Iterable[str] = ()) -> Given:
    """Return the given fields of a rule, in the order of the fields. Fields of `also` are left out."""
    allowed = [*also, *_FIELDS]
    if unknown := [key for key in value if key not in allowed]:
        raise ValueError(f"{unknown[0]!r} is not a part of a rule; parts are {', '.join(allowed)}")
    return tuple((field, _read(field, value[field])) for field in _FIELDS if field in value)


def rules(value: object) -> Mapping[str, Mapping[str, Given]]:
    """Return the rules of phases that differ for an artifact, by artifact."""
    return {
        text(artifact): {text(phase): rule(_mapping(given)) for phase, given in _mapping(phases).items()}
        for artifact, phases in _mapping(value).items()
    }


def clusters(value: object) -> Mapping[str, FollowedClusters]:
    """Return the clusters of each environment. A list has only their names."""
    return {text(environment): _clusters(given) for environment, given in _mapping(value).items()}


def _clusters(value: object) -> FollowedClusters:
    if isinstance(value, list | tuple | str):
        return FollowedClusters(_names(value))
    given = _mapping(value)
    if unknown := [key for key in given if key not in ("names", "reporters")]:
        raise ValueError(f"{unknown[0]!r} is not a part of it; parts are names, reporters")
    return FollowedClusters(_names(given.get("names", [])), names(given.get("reporters", [])))


def _names(value: object) -> tuple[str, ...]:
    found = names(value)
    for name in found:
        if not re.fullmatch(CLUSTER_NAME, name):
            raise ValueError(f"{name!r} is not a name of a cluster: write letters, digits, `.`, `_` and `-`")
        if found.count(name) > 1:
            raise ValueError(f"{name!r} is listed twice")
    return found


def _read(field: str, value: object) -> Any:
    try:
        return _FIELDS[field](value)
    except ValueError as error:
        raise ValueError(f"`{field}`: {error}" if str(error) else f"`{field}` cannot be {value!r}") from None


def _word(kind: type[Word]) -> Callable[[object], Word]:
    def read(value: object) -> Word:
        if value not in [*kind] or not isinstance(value, str):
            raise ValueError(f"{value!r} is not one of {', '.join(kind)}")
        return kind(value)

    return read


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is neither true nor false")
    return value


def _soak(value: object) -> int:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} has no unit: write it as 30m, 2h or 1d12h")
    return read_duration(value)


def _windows(value: object) -> tuple[Window, ...]:
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list | tuple) or not listed or not all(isinstance(one, str) for one in listed):
        raise ValueError("it has to be a list of windows such as 'Mon-Thu 08:00-15:00 Europe/Oslo'")
    return tuple(map(read_window, listed))


_FIELDS: Mapping[str, Callable[[object], Any]] = {
    "after": text,
    "soak": _soak,
    "healthy": _flag,
    "auto": _word(Auto),
    "windows": _windows,
    "merge": _word(Merge),
    "on_failure": _word(OnFailure),
}


def _mapping(value: object) -> Mapping[object, object]:
    if value == "":
        return {}
    if not isinstance(value, Mapping):
        raise ValueError(f"{value!r} is not a mapping")
    return value
