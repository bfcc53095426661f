"""The texts about a pull request that must not be merged."""

from flux.errors import FluxError
from flux.promotion.faults import (
    ForeignCommit,
    MayNotAsk,
    MergeFault,
    NobodyAsked,
    NoPromotion,
    Outlived,
    Removed,
    TakenBack,
    Unapproved,
)
from flux.promotion.texts.refusals import refusal
from flux.promotion.texts.undoing import REMOVED


def fault(why: MergeFault) -> str:
    """Return one reason, in one line for a terminal."""
    match why:
        case NoPromotion(branch):
            return f"{branch} is not the branch of a promotion"
        case Outlived(branch, over):
            return f"{branch} was the branch of {over}, which is over: nobody answers for what is on it"
        case ForeignCommit(commit):
            return f"{commit[:12]} was not made by this tool, so nobody answers for it"
        case Removed(artifact):
            return f"{artifact}: {REMOVED}"
        case TakenBack(who, environment):
            return f"{who} has taken back {environment}"
        case MayNotAsk(who, environment, reason):
            return f"{who} asked for {environment}, and may not: {refusal(reason)}"
        case NobodyAsked(environments):
            return f"nobody is recorded to have asked for {', '.join(environments)}"
        case Unapproved():
            return _unapproved(why)
        case FluxError():
            return why.message


def _unapproved(why: Unapproved) -> str:
    asked = ", ".join(why.asked) or "nobody"
    too = f"; {', '.join(why.approving)} asked for it too" if why.approving else ""
    environments = ", ".join(why.environments)
    return f"{environments}: asked for by {asked}, and nobody else has approved {why.commit[:12]}{too}"
