"""The reader of phases and their environments. It raises ValueError."""

import re
from collections.abc import Iterator, Mapping

from flux.settings.rules import rule
from flux.settings.settings import Phase
from flux.settings.values import names, text


def phases(value: object) -> tuple[Phase, ...]:
    read = tuple(_phase(name, group) for name, group in _items(value))
    environments = [environment for phase in read for environment in phase.environments]
    groups = [phase.name for phase in read if phase.environments != (phase.name,)]
    for taken in ([phase.name for phase in read], environments + groups):
        if twice := [name for name in taken if taken.count(name) > 1]:
            raise ValueError(f"{twice[0]!r} is there twice")
    return read


def _phase(name: object, group: object) -> Phase:
    """Of a list of environments, or of a mapping that has them and a rule."""
    if not isinstance(group, Mapping) or not group:
        return Phase(_environment(name), _environments(name, group))
    given = rule(group, also=["environments"])
    return Phase(_environment(name), _environments(name, group.get("environments")), given, is_ruled=True)


def _items(value: object) -> Iterator[tuple[object, object]]:
    """Names, each with its group or None: of a mapping, a text, or a list of names and mappings."""
    if isinstance(value, str):
        value = names(value)
    if isinstance(value, Mapping):
        value = [value]
    if not isinstance(value, list | tuple):
        raise ValueError
    for item in value:
        yield from item.items() if isinstance(item, Mapping) else [(item, None)]


def _environments(phase: object, group: object) -> tuple[str, ...]:
    if not group:
        return (_environment(phase),)
    if not isinstance(group, list | tuple):
        raise ValueError
    return tuple(map(_environment, group))


def _environment(value: object) -> str:
    """An OCI tag that is not one of the other kinds of tags: a version, a commit, `latest`, a signature."""
    name = text(value)
    if not re.fullmatch(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}", name):
        raise ValueError(f"{name!r} cannot be an OCI tag")
    if re.match(r"v?\d+(\.\d+){0,2}([.+-]|$)", name):
        raise ValueError(f"{name!r} reads as a version")
    if name == "latest":
        raise ValueError("'latest' is that of the branch")
    if re.fullmatch(r"[0-9a-f]{7,64}", name):
        raise ValueError(f"{name!r} reads as a commit")
    if name.endswith((".sig", ".att", ".sbom")):
        raise ValueError(f"{name!r} reads as a signature")
    return name
