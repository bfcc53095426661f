"""Whether two people stand behind a promotion's pull request."""

from collections.abc import Callable, Collection, Mapping, Sequence, Set
from dataclasses import dataclass

from flux.promotion.faults import MayNotAsk, MergeFault, NobodyAsked, TakenBack, Unapproved
from flux.promotion.ledger import Decision, latest, requesters
from flux.promotion.refusal import PromotionRefusal


@dataclass(frozen=True)
class Approval:
    """What a person's last review says, and about which commit."""

    who: str
    approves: bool
    commit: str


def faults(
    proposed: Set[str],
    decisions: Sequence[Decision],
    two_person: Collection[str],
    refused: Callable[[str, Collection[str]], Mapping[str, PromotionRefusal]],
    approvals: Sequence[Approval],
    head: str,
    is_rule: Callable[[Decision], bool] = lambda decision: False,
) -> list[MergeFault]:
    """Return why a pull request must not be merged yet; empty if it may.

    `decisions` are those of the branch, and those made elsewhere since. `two_person` are the environments
    that need a second person. `refused` returns where a login may not promote to, and why. `approvals` are by
    people with write permission, oldest first. Only those of `head` count. `is_rule` tells the decisions of a
    rule, which needs no permission.
    """
    said = latest(decisions)
    gone = [environment for environment in sorted(proposed & said.keys()) if not said[environment].asks]
    asked = requesters(decisions, sorted(proposed - {*gone}))
    found: list[MergeFault] = [TakenBack(said[environment].who, environment) for environment in gone]
    found += _refusals(asked, refused, is_rule)
    strict = [environment for environment in asked if environment in two_person]
    if unknown := [environment for environment in strict if not asked[environment]]:
        found.append(NobodyAsked(tuple(unknown)))
    return found + (_unapproved(asked, strict, approvals, head) if strict else [])


Asked = Mapping[str, Sequence[Decision]]
"""The decisions that ask for each environment."""


def _refusals(
    asked: Asked,
    refused: Callable[[str, Collection[str]], Mapping[str, PromotionRefusal]],
    is_rule: Callable[[Decision], bool],
) -> list[MayNotAsk]:
    """Return who asked without permission."""
    found: list[MayNotAsk] = []
    people = {environment: [d for d in each if not is_rule(d)] for environment, each in asked.items()}
    for who in sorted({decision.who for each in people.values() for decision in each}):
        own = [environment for environment, each in people.items() if who in {d.who for d in each}]
        found += [MayNotAsk(who, name, reason) for name, reason in refused(who, own).items()]
    return found


def _unapproved(
    asked: Asked, strict: Sequence[str], approvals: Sequence[Approval], head: str
) -> list[Unapproved]:
    """Return what lacks the approval of somebody who did not ask for it."""
    people = {decision.who for environment in strict for decision in asked[environment]}
    last = {approval.who: approval for approval in approvals}
    approving = {who for who, approval in last.items() if approval.approves and approval.commit == head}
    if {who.casefold() for who in approving} - {who.casefold() for who in people}:
        return []
    return [Unapproved(tuple(strict), tuple(sorted(people)), head, tuple(sorted(approving)))]
