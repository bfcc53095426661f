"""What the tests of promotions share."""

from collections.abc import Mapping

from flux.promotion.boxes import mark
from flux.promotion.outcome import (
    Edit,
    Note,
    Outcome,
    PhaseOrder,
    Situation,
)
from flux.promotion.rewrites import rewritten
from flux.promotion.texts.issue import issue_body
from tests.promotion import samples

PROMOTION = samples.MARKER

RULES = PhaseOrder(samples.PHASES)

ORDERED = PhaseOrder(samples.PHASES, require_order=True)

BODY = issue_body(PROMOTION, samples.NEWS, samples.PHASES, samples.CURRENT)


def body(*names: str) -> str:
    return mark(BODY, dict.fromkeys(names, True))


def edit(before: str, after: str) -> Edit:
    return Edit("bob", before, after, 100.0, 7)


def asked(outcome: Outcome) -> set[str]:
    """The environments that an outcome's decisions ask for."""
    return {e for decision in outcome.decisions or () if decision.asks for e in decision.environments}


def withdrawn(outcome: Outcome) -> set[str]:
    return {e for decision in outcome.decisions or () if not decision.asks for e in decision.environments}


def performed(decision: Outcome, text: str) -> str:
    """The body after a decision's actions."""
    for action in decision.actions:
        if not isinstance(action, Note):
            text = rewritten(text, action, samples.PHASES)
    return text


def _notes(decision: Outcome) -> list[str]:
    return [action.text for action in decision.actions if isinstance(action, Note)]


def situation(text: str, versions: Mapping[str, str], *proposed: str) -> Situation:
    return Situation(text, versions, proposed)


def told(decision: Outcome) -> list[tuple[tuple[str, ...], str]]:
    return [(action.about, action.text) for action in decision.actions if isinstance(action, Note)]
