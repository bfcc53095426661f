"""The messages of the commits on a promotion's branch: written here, and read back."""

import re
from collections.abc import Iterable, Sequence

from flux.promotion.proposal import Promotion

_TRAILER = re.compile(r"^Promotion: (?P<artifact>\S+) (?P<version>\S+)$", re.MULTILINE)
_NAMED = re.compile(r"^By-name: (?P<names>.+)$", re.MULTILINE)
_ROLL_BACK = "Roll back"


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
