"""The decisions in a promotion's commits (who asked for what), and their result."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from flux.regex import regex

_LINE = regex(
    r"(?P<who>[^\x00-\x1f\x7f\x85\u2028\u2029]{1,200}); (?P<how>tick|name|rule|override|untick) "
    r"(?P<environments>[\w.-]+(?: [\w.-]+)*)"
    r"(?:; issue (?P<issue>[1-9][0-9]{0,8}))?; (?P<time>0|[1-9][0-9]{0,11})"
    r"(?:; because (?P<reason>[^;\x00-\x1f\x7f\x85\u2028\u2029]{1,300}))?",
    re.ASCII,
)
_ASKS, _WITHDRAWS = "Requested-by", "Withdrawn-by"
_TRAILER = regex(rf"(?P<key>{_ASKS}|{_WITHDRAWS}):(?P<rest>.*)", re.IGNORECASE)
_NOT_READ = regex(r"[^\x20-\x7e\xa0-\u2027\u202a-\U0010ffff]")


MOST_AHEAD = 300
"""Seconds that a decision may be ahead of the forge's clock, because it is dated after the one before."""


class How(StrEnum):
    """How a decision was made."""

    TICK = "tick"
    NAME = "name"
    """A command named the environments. No box is ticked for them."""
    RULE = "rule"
    """A rule of the phase asked, not a person."""
    OVERRIDE = "override"
    """A command named the environments against the rules, for a reason."""
    UNTICK = "untick"


@dataclass(frozen=True)
class Decision:
    """One person's decision on environments, at `time` in seconds since the epoch. `issue` is where it was
    made; None for a command without an issue."""

    who: str
    how: How
    environments: tuple[str, ...]
    time: int
    issue: int | None = None
    reason: str = ""
    """Why the rules are overridden."""

    @property
    def asks(self) -> bool:
        return self.how is not How.UNTICK

    @property
    def identity(self) -> tuple[int | None, int, bool, tuple[str, ...]]:
        """Where and when it was made, and what it says. It stays the same if anybody runs the job again."""
        return self.issue, self.time, self.asks, tuple(sorted(self.environments))

    @property
    def _order(self) -> tuple[int, bool]:
        """Withdrawals come last within one second."""
        return self.time, not self.asks


def render_decision(decision: Decision) -> str:
    """Return the decision as a commit's trailer. `read_decision` reads it back."""
    who = _NOT_READ.sub(" ", decision.who)[:200].strip() or "unknown"
    issue = f"; issue {decision.issue}" if decision.issue else ""
    key = _ASKS if decision.asks else _WITHDRAWS
    # Without a `;` it cannot look like another decision.
    reason = _NOT_READ.sub(" ", decision.reason).replace(";", ",")[:300].strip()
    because = f"; because {reason}" if reason else ""
    said = f"{who}; {decision.how} {' '.join(decision.environments)}"
    return f"{key}: {said}{issue}; {decision.time}{because}"


def read_decision(line: str) -> Decision | None:
    """Return the decision in a line; None if `render_decision` does not write it exactly so."""
    _key, separator, rest = line.partition(": ")
    match = _LINE.fullmatch(rest) if separator else None
    if match is None:
        return None
    issue = int(match["issue"]) if match["issue"] else None
    environments = tuple(match["environments"].split(" "))
    how, time, reason = How(match["how"]), int(match["time"]), match["reason"] or ""
    if bool(reason) != (how is How.OVERRIDE):
        return None
    decision = Decision(match["who"], how, environments, time, issue, reason)
    return decision if render_decision(decision) == line else None


def read_decisions(message: str) -> list[Decision] | None:
    """Return the decisions in the trailers of a commit's message.

    None if one of them is not in our form. Then somebody else wrote the message, and nothing in it counts.
    """
    found = []
    for line in re.split(r"\r\n?|\n", message):
        if _TRAILER.match(line):
            decision = read_decision(line)
            if decision is None:
                return None
            found.append(decision)
    return found


def latest(decisions: Iterable[Decision]) -> dict[str, Decision]:
    """Return the last decision on each environment."""
    said: dict[str, Decision] = {}
    for decision in sorted(decisions, key=lambda decision: decision._order):
        said |= dict.fromkeys(decision.environments, decision)
    return said


def new_decisions(decisions: Iterable[Decision], known: Iterable[Decision]) -> list[Decision]:
    """Return the decisions that are not in `known`, each once."""
    there = {decision.identity for decision in known}
    return [
        decision for decision in {d.identity: d for d in decisions}.values() if decision.identity not in there
    ]


def asked(new: Iterable[Decision], known: Iterable[Decision]) -> set[str]:
    """Return the environments that new decisions ask for, unless somebody has decided otherwise since."""
    new = list(new)
    said = latest([*known, *new])
    return {
        environment
        for decision in new
        for environment in decision.environments
        if decision.asks and said[environment].asks
    }


def withdrawn(decisions: Iterable[Decision]) -> set[str]:
    """Return the environments whose last decision is a withdrawal."""
    return {environment for environment, decision in latest(decisions).items() if not decision.asks}


def decision_time(clock: float, known: Iterable[Decision], environments: Iterable[str]) -> int:
    """Return the time of a command's decision: now, but after earlier decisions on these environments. So a
    slow clock does not make a new decision older than them."""
    said = latest(known)
    return max([int(clock), 0, *(said[e].time + 1 for e in environments if e in said)])


def requesters(
    decisions: Iterable[Decision], environments: Iterable[str]
) -> Mapping[str, Sequence[Decision]]:
    """Return who asked for each of these environments: every decision since its last withdrawal, in order."""
    ordered = sorted(decisions, key=lambda decision: decision._order)
    found: dict[str, list[Decision]] = {environment: [] for environment in environments}
    for decision in ordered:
        for environment in found.keys() & set(decision.environments):
            found[environment] = [*found[environment], decision] if decision.asks else []
    return found


def since_begun(recorded: Sequence[Decision], known: Iterable[Decision]) -> list[Decision]:
    """Return what was decided while a branch existed: `recorded` in its commits, and `known` beside them.

    Older requests were for other pull requests, which are over. Withdrawals count whatever their time is.
    """
    begun = min((decision.time for decision in recorded), default=0)
    beside = [each for each in new_decisions(known, recorded) if each.time >= begun or not each.asks]
    return [*recorded, *beside]


def overridden(decisions: Iterable[Decision]) -> set[str]:
    """Return the environments whose last decision overrides the rules."""
    return {name for name, decision in latest(decisions).items() if decision.how is How.OVERRIDE}


def by_rule(decisions: Iterable[Decision]) -> set[str]:
    """Return the environments whose last decision came from a rule."""
    return {name for name, decision in latest(decisions).items() if decision.how is How.RULE}
