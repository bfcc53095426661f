"""What a promotion's branch proposes: the environments that one version of one artifact goes to."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from semver import Version

from flux.artifact.name import name_fault

PROMOTION_BRANCHES = "promote/"


@dataclass(frozen=True)
class Promotion:
    """One version of one artifact on its way to environments."""

    artifact: str
    version: str

    @property
    def branch(self) -> str:
        return f"{PROMOTION_BRANCHES}{self.artifact}-{self.version}"

    @property
    def is_fit(self) -> bool:
        """Whether the artifact's name and the version are valid."""
        return not name_fault(self.artifact) and Version.is_valid(self.version) and "+" not in self.version


@dataclass(frozen=True)
class VersionChange:
    """One environment's version, before and after. `old` is None if it had none."""

    environment: str
    old: str | None
    new: str

    @property
    def is_downgrade(self) -> bool:
        return self.old is not None and Version.parse(self.new) < Version.parse(self.old)


@dataclass(frozen=True)
class Proposal:
    """`changes` are what the branch must propose. `dropped` are the environments that it proposed and may no
    longer propose, each with the version that main has given it since."""

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
    """Return what a branch should propose.

    `base`, `branch` and `main` are one artifact's versions by environment: where the branch left main, at the
    branch, and on main now. What main already has is no longer proposed. If main has changed an environment's
    version since the branch recorded it, the environment is dropped, unless it is asked for again.
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
    """Return the environments whose version differs between a branch and where it left main."""
    return {environment for environment, version in branch.items() if base.get(environment) != version}


def stays_inside(
    promotion: Promotion,
    base: Mapping[str, Mapping[str, str]],
    branch: Mapping[str, Mapping[str, str]],
) -> bool:
    """Whether a branch changes nothing in the desired state except this promotion."""
    changed = {
        (artifact, environment, branch.get(artifact, {}).get(environment))
        for artifact in base.keys() | branch.keys()
        for environment in base.get(artifact, {}).keys() | branch.get(artifact, {}).keys()
        if base.get(artifact, {}).get(environment) != branch.get(artifact, {}).get(environment)
    }
    return all((a, v) == (promotion.artifact, promotion.version) for a, _, v in changed)


def promotion_of_branch(branch: str, artifacts: Iterable[str]) -> Promotion | None:
    """Return the promotion whose branch has this name; None if it is of none of the artifacts."""
    for artifact in artifacts:
        version = branch.removeprefix(f"{PROMOTION_BRANCHES}{artifact}-")
        if version != branch and Version.is_valid(version):
            return Promotion(artifact, version)
    return None
