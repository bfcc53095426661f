"""The reasons why somebody may not promote to an environment."""

from collections.abc import Mapping

from flux.promotion.gates.freeze import Freeze
from flux.promotion.refusal import NeedsPermission, NotPromoter, PromotionRefusal
from flux.promotion.texts.freeze import frozen_by
from flux.release.markdown import plain


def refusal(reason: PromotionRefusal) -> str:
    """Return a reason that follows the name of an environment or phase. It is plain text in Markdown."""
    match reason:
        case NeedsPermission(permission):
            return f"that needs the permission `{permission}`"
        case NotPromoter(phase, promoters):
            return f"the promoters of {phase} are {', '.join(promoters) or 'nobody'}"
        case Freeze():
            return plain(frozen_by(reason))


def refused(refusals: Mapping[str, PromotionRefusal]) -> str:
    """Return a list of environments and phases, each with the reason."""
    return "; ".join(f"`{name}`: {refusal(reason)}" for name, reason in refusals.items())
