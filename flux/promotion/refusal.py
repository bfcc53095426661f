"""Why somebody may not promote to an environment, as data. `texts.refusals` has the words."""

from dataclasses import dataclass

from flux.promotion.gates.freeze import Freeze


@dataclass(frozen=True)
class NeedsPermission:
    """The login lacks a permission."""

    permission: str


@dataclass(frozen=True)
class NotPromoter:
    """The phase has promoters, and the login is not one of them."""

    phase: str
    promoters: tuple[str, ...]


PromotionRefusal = NeedsPermission | NotPromoter | Freeze
