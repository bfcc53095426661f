"""Which commits of a promotion's branch count: the automation's, and those that a person answers for."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache

from flux.git.history import Message
from flux.promotion.commits import read_message
from flux.promotion.ledger import MOST_AHEAD, Decision, read_decisions
from flux.promotion.proposal import Promotion
from flux.proposals.authority import Authority


class BranchMakers:
    """Reads the decisions of a promotion's commits, as far as somebody who may vouches for them.

    `makers` has for each commit who is known to have made it. What a commit says of itself proves nothing.
    `clock` tells the forge's time: a person's word of tomorrow would outlast all that others say until then.
    """

    def __init__(
        self,
        authority: Authority,
        promotion: Promotion,
        makers: Mapping[str, Collection[str]],
        clock: Callable[[], float],
    ) -> None:
        self._authority = authority
        self._promotion = promotion
        self._makers = makers
        self._now = cache(clock)

    def decisions(self, message: Message) -> list[Decision] | None:
        """What a commit of this promotion records; None for a commit that is not ours."""
        if read_message(message.text) != self._promotion:
            return None
        decisions = read_decisions(message.text)
        if decisions is None:
            return None
        makers = self._makers.get(message.commit, ())
        return decisions if any(self._vouches(maker, decisions) for maker in makers) else None

    def _vouches(self, maker: str, decisions: Sequence[Decision]) -> bool:
        """The automation vouches for everybody, a person for nobody else, and any other App for nobody."""
        if self._authority.is_ours(maker):
            return True
        if self._authority.is_bot(maker):
            return False
        own = all(decision.who.casefold() == maker.casefold() for decision in decisions)
        asked = {environment for decision in decisions for environment in decision.environments}
        return (
            own
            and not self._authority.not_among_promoters(maker, asked)
            and all(decision.time <= self._now() + MOST_AHEAD for decision in decisions)
        )
