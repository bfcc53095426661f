"""Finds the commits of a promotion's branch that count: the automation's, and those of authorized people."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache

from flux.git.history import Message
from flux.promotion.ledger import MOST_AHEAD, Decision, read_decisions
from flux.promotion.proposal import Promotion
from flux.promotion.texts.commits import read_message
from flux.proposals.authority import Authority


class CommitAuthors:
    """Reads the decisions of a promotion's commits, if an authorized login vouches for them.

    `makers` has the logins that are known to have made each commit. A commit's own author proves nothing.
    `clock` returns the forge's time. A person's decision from the future would override later ones, so it is
    refused.
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
        """Return the decisions that a commit of this promotion records; None if the commit is not ours."""
        if read_message(message.text) != self._promotion:
            return None
        decisions = read_decisions(message.text)
        if decisions is None:
            return None
        makers = self._makers.get(message.commit, ())
        return decisions if any(self._vouches(maker, decisions) for maker in makers) else None

    def _vouches(self, maker: str, decisions: Sequence[Decision]) -> bool:
        """The automation vouches for all decisions, a person for their own, and another App for none."""
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
