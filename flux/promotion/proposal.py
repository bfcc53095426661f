"""What a promotion's branch proposes: the environments that one version of one artifact goes to."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from semver import Version

from flux.artifact.name import name_fault

BRANCHES = "promote/"


@dataclass(frozen=True)
class Promotion:
    """One version of one artifact on its way to environments."""

    artifact: str
    version: str

    @property
    def branch(self) -> str:
        return f"{BRANCHES}{self.artifact}-{self.version}"

    @property
    def is_fit(self) -> bool:
        """Whether there can be such an artifact and such a version at all."""
        return not name_fault(self.artifact) and Version.is_valid(self.version) and "+" not in self.version


@dataclass(frozen=True)
class VersionChange:
    """One environment's version, before and after; `old` is None where it had none."""

    environment: str
    old: str | None
    new: str

    @property
    def is_downgrade(self) -> bool:
        return self.old is not None and Version.parse(self.new) < Version.parse(self.old)


@dataclass(frozen=True)
class Proposal:
    """`changes` are what the branch has to propose; `dropped` has, for each environment that it proposed and
    may not any more, the version that main has given it meanwhile."""

    changes: tuple[VersionChange, ...]
    dropped: Mapping[str, str | None]

    @property
    def versions(self) -> dict[str, str]:
        return {change.environment: change.new for change in self.changes}


def propose(
    version: str,
    base: Mapping[str, str],
    branch: Mapping[str, str],
    main: Mapping[str, str],
    add: Collection[str],
    remove: Collection[str],
    order: Sequence[str],
) -> Proposal:
    """What a branch should propose.

    `base`, `branch` and `main` are one artifact's versions by environment: where the branch left main, at
    the branch, and on main now. What main has already is proposed no more; an environment whose version on
    main has changed since the branch recorded it is dropped, unless it is asked for again.
    """
    proposed = proposes(base, branch)
    dropped = {
        environment: main.get(environment)
        for environment in sorted(proposed - set(add) - set(remove))
        if main.get(environment) not in (base.get(environment), version)
    }
    wanted = (proposed | set(add)) - set(remove) - dropped.keys()
    changes = tuple(
        VersionChange(environment, main.get(environment), version)
        for environment in order
        if environment in wanted and main.get(environment) != version
    )
    return Proposal(changes, dropped)


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
