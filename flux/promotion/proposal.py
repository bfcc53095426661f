"""A promotion as it is proposed: which environments one version of one artifact goes to, from a branch's
recorded edit, what main has now, and what people want."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from semver import Version

BRANCHES = "promote/"
_TRAILER = re.compile(r"^Promotion: (?P<artifact>\S+) (?P<version>\S+)$", re.MULTILINE)
_NAMED = re.compile(r"^By-name: (?P<names>.+)$", re.MULTILINE)
_ROLL_BACK = "Roll back"


@dataclass(frozen=True)
class Promotion:
    """One version of one artifact on its way to environments."""

    artifact: str
    version: str

    @property
    def branch(self) -> str:
        return f"{BRANCHES}{self.artifact}-{self.version}"


@dataclass(frozen=True)
class Change:
    """One environment's version, before and after; `old` is None where it had none."""

    environment: str
    old: str | None
    new: str

    @property
    def is_downgrade(self) -> bool:
        return self.old is not None and Version.parse(self.new) < Version.parse(self.old)

    def document(self) -> dict[str, str | None]:
        return {"environment": self.environment, "from": self.old, "to": self.new}


@dataclass(frozen=True)
class Plan:
    """`changes` are what the branch has to propose; `dropped` has, for each environment that it proposed and
    may not any more, the version that main has given it meanwhile."""

    changes: tuple[Change, ...]
    dropped: Mapping[str, str | None]

    @property
    def versions(self) -> dict[str, str]:
        return {change.environment: change.new for change in self.changes}


def plan(
    version: str,
    base: Mapping[str, str],
    branch: Mapping[str, str],
    main: Mapping[str, str],
    add: Collection[str],
    remove: Collection[str],
    order: Sequence[str],
) -> Plan:
    """What a branch should propose.

    `base`, `branch` and `main` are one artifact's versions by environment: where the branch left main, at
    the branch, and on main now. What main has already is proposed no more; an environment whose version on
    main has changed since the branch recorded it is dropped, unless it is asked for anew.
    """
    proposed = proposes(base, branch)
    dropped = {
        environment: main.get(environment)
        for environment in sorted(proposed - set(add) - set(remove))
        if main.get(environment) not in (base.get(environment), version)
    }
    wanted = (proposed | set(add)) - set(remove) - dropped.keys()
    changes = tuple(
        Change(environment, main.get(environment), version)
        for environment in order
        if environment in wanted and main.get(environment) != version
    )
    return Plan(changes, dropped)


def proposes(base: Mapping[str, str], branch: Mapping[str, str]) -> set[str]:
    """The environments that a branch gives another version than where it left main."""
    return {environment for environment, version in branch.items() if base.get(environment) != version}


def stays_inside(
    promotion: Promotion,
    base: Mapping[str, Mapping[str, str]],
    branch: Mapping[str, Mapping[str, str]],
) -> bool:
    """Whether all that a branch changes in the desired state is this promotion."""
    changed = {
        (artifact, environment, branch.get(artifact, {}).get(environment))
        for artifact in base.keys() | branch.keys()
        for environment in base.get(artifact, {}).keys() | branch.get(artifact, {}).keys()
        if base.get(artifact, {}).get(environment) != branch.get(artifact, {}).get(environment)
    }
    return all((a, v) == (promotion.artifact, promotion.version) for a, _, v in changed)


def promotion_of_branch(branch: str, artifacts: Iterable[str]) -> Promotion | None:
    """The promotion whose branch has this name, of one of the artifacts; None for any other branch."""
    for artifact in artifacts:
        version = branch.removeprefix(f"{BRANCHES}{artifact}-")
        if version != branch and Version.is_valid(version):
            return Promotion(artifact, version)
    return None


def commit_message(
    promotion: Promotion, environments: Iterable[str], rollback: bool, named: Sequence[str] = ()
) -> str:
    """Says what the branch proposes, in a form that is read back; `named` are environments that were asked
    for by name, rather than by a box."""
    listed = ", ".join(environments)
    if not listed:
        subject = f"Take {promotion.artifact} {promotion.version} back"
    elif rollback:
        subject = f"{_ROLL_BACK} {promotion.artifact} to {promotion.version} in {listed}"
    else:
        subject = f"Promote {promotion.artifact} {promotion.version} to {listed}"
    by_name = f"By-name: {' '.join(named)}\n" if named else ""
    return f"{subject}\n\n{by_name}Promotion: {promotion.artifact} {promotion.version}\n"


def read_message(message: str) -> Promotion | None:
    """The promotion that a commit of ours belongs to, None for anybody else's commit."""
    found = [Promotion(match["artifact"], match["version"]) for match in _TRAILER.finditer(message)]
    return found[0] if len(found) == 1 else None


def read_named(message: str) -> list[str]:
    """The environments that a commit of ours was asked for by name."""
    return [name for match in _NAMED.finditer(message) for name in match["names"].split()]


def is_rollback(message: str) -> bool:
    return message.startswith(_ROLL_BACK)
