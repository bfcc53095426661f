"""Who asked for what: the decisions in a promotion's commits, and their result."""

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
"""Seconds that a person's decision may be ahead of the forge's clock: it comes after the one before."""


class How(StrEnum):
    """How a decision was made."""

    TICK = "tick"
    NAME = "name"
    """By naming the environments in a command. No box is ticked for them."""
    RULE = "rule"
    """By a rule of the phase, which no person had to ask for."""
    OVERRIDE = "override"
    """By name, and against the rules, for a reason."""
    UNTICK = "untick"


@dataclass(frozen=True)
class Decision:
    """One person's decision on environments, at `time` in seconds since the epoch; `issue` is where it was
    said, None for a command without an issue."""

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
        """Where and when it was said, and what. A job that is run again, by whomever, says the same."""
        return self.issue, self.time, self.asks, tuple(sorted(self.environments))

    @property
    def _order(self) -> tuple[int, bool]:
        """Of one second, what takes away comes last."""
        return self.time, not self.asks


def render(decision: Decision) -> str:
    """The decision as a commit's trailer, which `read_decision` gives back."""
    who = _NOT_READ.sub(" ", decision.who)[:200].strip() or "unknown"
    issue = f"; issue {decision.issue}" if decision.issue else ""
    key = _ASKS if decision.asks else _WITHDRAWS
    # Without a `;` it cannot be taken for another decision.
    reason = _NOT_READ.sub(" ", decision.reason).replace(";", ",")[:300].strip()
    because = f"; because {reason}" if reason else ""
    said = f"{who}; {decision.how} {' '.join(decision.environments)}"
    return f"{key}: {said}{issue}; {decision.time}{because}"


def read_decision(line: str) -> Decision | None:
    """The decision that a line is, exactly as `render` writes it."""
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
    return decision if render(decision) == line else None


def read_decisions(message: str) -> list[Decision] | None:
    """The decisions in the trailers of a commit's message.

    None where one of them is not as we write it: somebody else wrote the message, and nothing of it counts.
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
    """The last decision on each environment."""
    said: dict[str, Decision] = {}
    for decision in sorted(decisions, key=lambda decision: decision._order):
        said |= dict.fromkeys(decision.environments, decision)
    return said


def news(decisions: Iterable[Decision], known: Iterable[Decision]) -> list[Decision]:
    """The decisions that are not among those known, each once."""
    there = {decision.identity for decision in known}
    return [
        decision for decision in {d.identity: d for d in decisions}.values() if decision.identity not in there
    ]


def asked(new: Iterable[Decision], known: Iterable[Decision]) -> set[str]:
    """The environments that new decisions ask for, where nobody has decided otherwise since."""
    new = list(new)
    said = latest([*known, *new])
    return {
        environment
        for decision in new
        for environment in decision.environments
        if decision.asks and said[environment].asks
    }


def withdrawn(decisions: Iterable[Decision]) -> set[str]:
    """The environments whose last word is that they are not wanted."""
    return {environment for environment, decision in latest(decisions).items() if not decision.asks}


def moment(clock: float, known: Iterable[Decision], environments: Iterable[str]) -> int:
    """When a command decides: now, and after what was decided about these environments before. A clock that
    is behind makes nobody's word the older one."""
    said = latest(known)
    return max([int(clock), 0, *(said[e].time + 1 for e in environments if e in said)])


def requesters(
    decisions: Iterable[Decision], environments: Iterable[str]
) -> Mapping[str, Sequence[Decision]]:
    """Who asked for each of these environments: every decision since it was last withdrawn, in order."""
    ordered = sorted(decisions, key=lambda decision: decision._order)
    found: dict[str, list[Decision]] = {environment: [] for environment in environments}
    for decision in ordered:
        for environment in found.keys() & set(decision.environments):
            found[environment] = [*found[environment], decision] if decision.asks else []
    return found


def since_begun(recorded: Sequence[Decision], known: Iterable[Decision]) -> list[Decision]:
    """What was decided while a branch was there: what its commits record, and what is known beside that.

    Older requests were for other pull requests, which are over; what takes away counts whenever it was said.
    """
    begun = min((decision.time for decision in recorded), default=0)
    beside = [each for each in news(known, recorded) if each.time >= begun or not each.asks]
    return [*recorded, *beside]


def overridden(decisions: Iterable[Decision]) -> set[str]:
    """The environments for which somebody's last word is that the rules do not count."""
    return {name for name, decision in latest(decisions).items() if decision.how is How.OVERRIDE}


def by_rule(decisions: Iterable[Decision]) -> set[str]:
    """The environments that a rule alone asked for."""
    return {name for name, decision in latest(decisions).items() if decision.how is How.RULE}
