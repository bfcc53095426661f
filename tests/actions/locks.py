"""Reads the lock files that workflows install from, and says what is wrong with one."""

import re
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import cast

from packaging.markers import default_environment
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

# Where the tool runs: each system, processor and Python that the lock has to do for.
TARGETS = [
    (system, machine, python)
    for system, machine in [("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64")]
    for python in ("3.11", "3.12", "3.13", "3.14")
]
Markers = dict[str, str | AbstractSet[str]]
"""What markers are evaluated in: names of PEP 508, and their values."""

_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


@dataclass
class Pin:
    """One package of a lock; `via` names what asks for it."""

    requirement: Requirement
    hashes: list[str] = field(default_factory=list)
    via: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        (only,) = self.requirement.specifier
        return only.version

    def holds_in(self, target: Markers) -> bool:
        marker = self.requirement.marker
        return marker is None or marker.evaluate(target)


def read_lock(text: str) -> list[Pin]:
    """Raises ValueError for a line that is not a pin, no hash and no comment."""
    pins: list[Pin] = []
    for line in text.splitlines():
        said = line.strip().removesuffix("\\").rstrip()
        if not line.startswith((" ", "#")) and said:
            pins.append(Pin(_pinned(said)))
        elif pins and _HASH.fullmatch(said):
            pins[-1].hashes.append(said)
        elif pins and line.startswith("    #"):
            pins[-1].via.append(said.lstrip("# ").removeprefix("via").strip())
        elif said and not line.startswith("#"):
            raise ValueError(f"neither a pin nor a hash: {line}")
    return pins


def _pinned(text: str) -> Requirement:
    try:
        requirement = Requirement(text)
    except InvalidRequirement as error:
        raise ValueError(f"no requirement: {text}") from error
    operators = [specifier.operator for specifier in requirement.specifier]
    if requirement.url or operators != ["=="] or "*" in str(requirement.specifier):
        raise ValueError(f"no version is pinned: {text}")
    return requirement


def faults(lock: str, wanted: Iterable[str], project: str) -> Iterator[str]:
    """Where a lock does not match what is `wanted` under the name `project`; nothing where it does."""
    pins, requirements = read_lock(lock), [Requirement(text) for text in wanted]
    for pin in pins:
        if not pin.hashes:
            yield f"{pin.name} has no hash"
    for system, machine, python in TARGETS:
        yield from _faults_in(_environment(system, machine, python), pins, requirements)
    direct = {pin.name for pin in pins if project in pin.via}
    for name in sorted(direct - {canonicalize_name(each.name) for each in requirements}):
        yield f"{name} is locked, but not wanted"


def _faults_in(target: Markers, pins: list[Pin], requirements: list[Requirement]) -> Iterator[str]:
    where = f"on {target['sys_platform']} {target['platform_machine']}, Python {target['python_version']}"
    found: dict[str, Pin] = {}
    for pin in pins:
        if pin.holds_in(target):
            if pin.name in found:
                yield f"{pin.name} is listed twice {where}"
            found[pin.name] = pin
    for each in requirements:
        if each.marker and not each.marker.evaluate(target):
            continue
        here = found.get(canonicalize_name(each.name))
        if here is None:
            yield f"{each.name} is missing {where}"
        elif not each.specifier.contains(here.version, prereleases=True):
            yield f"{each.name} is {here.version}, not {each.specifier} {where}"
        elif lacking := sorted(each.extras - here.requirement.extras):
            yield f"{each.name} lacks the extra {lacking[0]} {where}"


def needed(names: Mapping[str, str], requires: Iterable[str], target: tuple[str, str, str]) -> Iterator[str]:
    """What a package requires there that is not among `names` and their versions."""
    environment = _environment(*target)
    for text in requires:
        requirement = Requirement(text)
        name = canonicalize_name(requirement.name)
        if requirement.marker and not requirement.marker.evaluate(environment | {"extra": ""}):
            continue
        if name not in names or not requirement.specifier.contains(names[name], prereleases=True):
            yield text


def _environment(system: str, machine: str, python: str) -> Markers:
    environment = default_environment()
    environment["sys_platform"], environment["platform_machine"] = system, machine
    environment["platform_system"] = {"linux": "Linux", "darwin": "Darwin"}[system]
    environment["os_name"] = "posix"
    environment["python_version"], environment["python_full_version"] = python, f"{python}.0"
    environment["implementation_version"] = f"{python}.0"
    environment["implementation_name"] = "cpython"
    environment["platform_python_implementation"] = "CPython"
    return cast(Markers, environment)
