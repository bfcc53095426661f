"""Phases and their environments, and how they are read. The readers raise ValueError."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flux.settings.values import as_list, text

Given = tuple[tuple[str, Any], ...]
"""The given fields of a rule, and their values."""


class Follow(StrEnum):
    """What an environment without promotions follows: the tip, or the newest stable release."""

    TIP = "tip"
    STABLE = "stable"


@dataclass(frozen=True)
class Phase:
    """An ordered group of environments, and the given fields of its rule."""

    name: str
    environments: tuple[str, ...]
    """The environments that get their image by promotion."""
    given: Given = ()
    is_ruled: bool = False
    """Whether the phase is a mapping with a rule. The rule may have no fields except its environments."""
    following: tuple[tuple[str, Follow], ...] = ()
    """The environments that get their image without promotion, and what each follows."""


def phases(value: object) -> tuple[Phase, ...]:
    read = tuple(_phase(name, group) for name, group in _items(value))
    environments = [name for phase in read for name in (*phase.environments, *dict(phase.following))]
    groups = [phase.name for phase in read if [*phase.environments, *dict(phase.following)] != [phase.name]]
    for taken in ([phase.name for phase in read], environments + groups):
        if twice := [name for name in taken if taken.count(name) > 1]:
            raise ValueError(f"{twice[0]!r} is listed twice")
    return read


def moving_tag(value: object) -> str:
    """Return the name of the tag that follows the tip. It is empty if there is none."""
    if value in (None, False, "", "none", "false"):
        return ""
    return _tag(value)


def _phase(name: object, group: object) -> Phase:
    """Read a phase: a list of environments, a mapping with environments and a rule, or what it follows."""
    given: Given = ()
    is_ruled = False
    if isinstance(group, Mapping) and "follow" in group:
        group = [{name: group}]
    elif isinstance(group, Mapping) and group:
        from flux.settings.rules import rule

        try:
            given, is_ruled = rule(group, also=["environments"]), True
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
        group = group.get("environments")
    listed = _listed(name, group)
    promoted = tuple(environment for environment, follow in listed if follow is None)
    following = tuple((environment, follow) for environment, follow in listed if follow)
    return Phase(_tag(name), promoted, given, is_ruled, following)


def _items(value: object) -> Iterator[tuple[object, object]]:
    """Yield names, each with its group or None, from a mapping, a text, or a list of names and mappings."""
    for item in as_list(value):
        yield from item.items() if isinstance(item, Mapping) else [(item, None)]


def _listed(phase: object, group: object) -> list[tuple[str, Follow | None]]:
    """Return the environments, each with what it follows. If none is listed, it is the phase itself."""
    if not group:
        return [(_tag(phase), None)]
    if not isinstance(group, list | tuple):
        raise ValueError
    return [_environment(item) for item in group]


def _environment(item: object) -> tuple[str, Follow | None]:
    """Read a name, or a mapping: `{NAME: {follow: tip}}` or `{name: NAME, follow: tip}`."""
    if not isinstance(item, Mapping):
        return _tag(item), None
    if set(item) == {"name", "follow"}:
        return _tag(item["name"]), _follow(item["follow"])
    if len(item) == 1:
        ((name, given),) = item.items()
        if isinstance(given, Mapping) and set(given) == {"follow"}:
            return _tag(name), _follow(given["follow"])
    raise ValueError("an environment is a name, or has a `name` and what it shall `follow`")


def _follow(value: object) -> Follow:
    if value not in [*Follow]:
        raise ValueError(f"`follow` cannot be {value!r}: it is {' or '.join(Follow)}")
    return Follow(str(value))


def _tag(value: object) -> str:
    """Return an OCI tag. Raises ValueError if it looks like a version, a commit or a signature."""
    name = text(value)
    if not re.fullmatch(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}", name):
        raise ValueError(f"{name!r} cannot be an OCI tag")
    if re.match(r"v?\d+(\.\d+){0,2}([.+-]|$)", name):
        raise ValueError(f"{name!r} looks like a version")
    if re.fullmatch(r"[0-9a-f]{7,64}", name):
        raise ValueError(f"{name!r} looks like a commit")
    if name.endswith((".sig", ".att", ".sbom")):
        raise ValueError(f"{name!r} looks like a signature")
    return name
