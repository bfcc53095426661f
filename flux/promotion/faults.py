"""Why the pull request of a promotion must not be merged, as data. `texts.faults` has the words."""

from dataclasses import dataclass

from flux.errors import FluxError
from flux.promotion.refusal import PromotionRefusal


@dataclass(frozen=True)
class NoPromotion:
    """The branch has the name of a promotion's branch, but is none."""

    branch: str


@dataclass(frozen=True)
class Outlived:
    """The branch belonged to an earlier pull request, which is over."""

    branch: str
    over: str


@dataclass(frozen=True)
class ForeignCommit:
    """The branch has a commit that this tool did not make."""

    commit: str


@dataclass(frozen=True)
class Removed:
    """The artifact is gone, and the pull request does not roll it back."""

    artifact: str


@dataclass(frozen=True)
class TakenBack:
    """Somebody has taken back a request."""

    who: str
    environment: str


@dataclass(frozen=True)
class MayNotAsk:
    """Somebody asked for an environment without permission."""

    who: str
    environment: str
    refusal: PromotionRefusal


@dataclass(frozen=True)
class NobodyAsked:
    """No request is recorded for environments that need a second person."""

    environments: tuple[str, ...]


@dataclass(frozen=True)
class Unapproved:
    """Nobody but those who `asked` has approved `commit`. `approving` asked and approved."""

    environments: tuple[str, ...]
    asked: tuple[str, ...]
    commit: str
    approving: tuple[str, ...] = ()


MergeFault = (
    NoPromotion
    | Outlived
    | ForeignCommit
    | Removed
    | TakenBack
    | MayNotAsk
    | NobodyAsked
    | Unapproved
    | FluxError
)
