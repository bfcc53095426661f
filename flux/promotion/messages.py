"""What the commit messages of a change say: who asked for it, its pull request, and whether it is a rollback.

A merge or a squash can bring several promotions. What one promotion's message says is for its artifact only.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from flux.promotion.ledger import Decision, How, read_decisions, requesters
from flux.promotion.texts.commits import is_rollback
from flux.regex import regex

_PULL = regex(r"\(#(?P<squashed>[1-9][0-9]{0,8})\)$|^Merge pull request #(?P<merged>[1-9][0-9]{0,8}) ")
_BY_HAND = regex(r"^(?:Requested-by|By-name): (?P<who>[^\s;<>]{1,100})$", re.MULTILINE)
_PROMOTION = regex(r"^Promotion: (?P<artifact>\S+) (?P<version>\S+)[ \t\r]*$", re.MULTILINE)
_UNDONE = regex(r'^(?:\* )?(?:Roll back \S+ to |Revert "|This reverts commit )', re.MULTILINE)
"""A rollback in a squash, and the words of `git revert` and of GitHub's button."""
_MOST_ASKED = 20


class _MessagePart(NamedTuple):
    """What a message says about one artifact, or about all if `artifact` is None."""

    artifact: str | None
    text: str
    decisions: Sequence[Decision]
    by_hand: Sequence[str]


class Messages:
    """The messages of a change: the commit's own, then those of the commits that it merged."""

    def __init__(self, messages: Iterable[str]) -> None:
        own, *brought = [*messages] or [""]
        self._parts = [part for message in (own, *brought) for part in _parts(message)]
        self._requests = [part for part in self._parts if part.decisions or part.by_hand]
        match = _PULL.search(own.partition("\n")[0])
        self.pull = int(match["squashed"] or match["merged"]) if match else None
        """The number of the pull request in the subject."""
        self.promotions = {(found["artifact"], found["version"]) for found in _PROMOTION.finditer(own)}
        """The artifacts and versions that the commit itself promotes."""

    def asked(self, artifact: str, environment: str) -> tuple[str, ...]:
        """Return who asked for the artifact in the environment, since somebody withdrew it."""
        names = [decision.who for decision in self._requests_for(artifact, environment)]
        by_hand = (who for part in self._about(artifact) for who in part.by_hand)
        return tuple(dict.fromkeys([*names, *by_hand]))[:_MOST_ASKED]

    def is_by_rule(self, artifact: str, environment: str) -> bool:
        """Whether a rule is among those that asked."""
        said = (decision for part in self._about(artifact) for decision in part.decisions)
        return any(decision.how is How.RULE for decision in said) and any(
            decision.how is How.RULE for decision in self._requests_for(artifact, environment)
        )

    def _requests_for(self, artifact: str, environment: str) -> list[Decision]:
        parts = self._about(artifact)
        decisions = [d for part in parts for d in part.decisions if environment in d.environments]
        if len(decisions) > 1:
            decisions = list(requesters(decisions, [environment])[environment]) or decisions
        return [decision for decision in decisions if decision.asks]

    def _about(self, artifact: str) -> list[_MessagePart]:
        return [part for part in self._requests if part.artifact in (None, artifact)]

    def rolls_back(self, artifact: str) -> bool:
        parts = (part for part in self._parts if part.artifact in (None, artifact))
        return any(is_rollback(part.text) or _UNDONE.search(part.text) for part in parts)


def _parts(message: str) -> Iterator[_MessagePart]:
    """Yield the parts of a message. Each ends with the trailer that names its promotion."""
    begin = 0
    for match in _PROMOTION.finditer(message):
        yield _part(match["artifact"], message[begin : match.end()])
        begin = match.end()
    if not message[begin:].isspace():
        yield _part(None, message[begin:])


def _part(artifact: str | None, text: str) -> _MessagePart:
    decisions = read_decisions(text)
    by_hand = _BY_HAND.findall(text) if decisions is None else ()
    return _MessagePart(artifact, text.lstrip(), decisions or (), by_hand)
