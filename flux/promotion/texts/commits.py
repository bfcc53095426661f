"""The messages of the commits on a promotion's branch. They are written here, and read back here."""

import re
from collections.abc import Iterable, Sequence

from flux.promotion.ledger import Decision, render_decision
from flux.promotion.proposal import Promotion
from flux.regex import regex

_TRAILER = regex(r"^Promotion: (?P<artifact>\S+) (?P<version>\S+)$", re.MULTILINE)
_ROLL_BACK = "Roll back"


def commit_message(
    promotion: Promotion, environments: Iterable[str], rollback: bool, decisions: Sequence[Decision] = ()
) -> str:
    """Return a message that can be read back. It says what the branch proposes and who decided it."""
    listed = ", ".join(environments)
    if not listed:
        subject = f"Take {promotion.artifact} {promotion.version} back"
    elif rollback:
        subject = f"{_ROLL_BACK} {promotion.artifact} to {promotion.version} in {listed}"
    else:
        subject = f"Promote {promotion.artifact} {promotion.version} to {listed}"
    trailers = [*map(render_decision, decisions), f"Promotion: {promotion.artifact} {promotion.version}"]
    return f"{subject}\n\n" + "\n".join(trailers) + "\n"


def read_message(message: str) -> Promotion | None:
    """Return the promotion that a commit says it belongs to; None if it names none or several."""
    found = [Promotion(match["artifact"], match["version"]) for match in _TRAILER.finditer(message)]
    return found[0] if len(found) == 1 else None


def is_rollback(message: str) -> bool:
    return message.startswith(_ROLL_BACK)
