"""The map that people look at: what each environment should have, and what it has."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flux.forge.forge import PullRequest
from flux.promotion.plan import Step


@dataclass(frozen=True)
class Row:
    """One artifact. `has` is, for each environment that drifts, the version whose image its tag points at."""

    artifact: str
    release: str | None
    commits_since: int | None
    steps: dict[str, Step]
    has: dict[str, str]


@dataclass(frozen=True)
class Status:
    environments: Sequence[str]
    rows: list[Row]
    promotions: list[PullRequest]
    notices: list[str] = field(default_factory=list)

    @property
    def steps(self) -> list[Step]:
        return [step for row in self.rows for step in row.steps.values()]

    @property
    def drifts(self) -> bool:
        return any(step.drifts for step in self.steps)
