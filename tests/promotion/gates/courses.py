"""A course of three phases, and states of it that tests change."""

from collections.abc import Mapping, Sequence
from typing import Any

from flux.promotion.clusters.health import ClusterReport
from flux.promotion.clusters.status import StatusName
from flux.promotion.clusters.status import StatusState as Said
from flux.promotion.gates.gate import GateVerdict
from flux.promotion.gates.reason import Gate
from flux.promotion.gates.rule import Auto, Rule
from flux.promotion.gates.state import Course, GateState, Stay, Wanted

GROUPS = {"at": ("at1", "at2"), "tt": ("tt1",), "prod": ("prod1", "prod2")}
HOUR = 3600.0
AT = {"at1": [("1.0.0", 0.0)], "at2": [("1.0.0", 100.0)]}


def digest_of(version: str) -> str:
    return "sha256:" + version.encode().hex().ljust(64, "0")


def course(**rules: Rule) -> Course:
    """`at` takes minors, `tt` soaks for an hour, `prod` for a day; or what is given."""
    plain = {
        "at": Rule(auto=Auto.MINOR),
        "tt": Rule("at", soak=3600, auto=Auto.PATCH),
        "prod": Rule("tt", soak=86_400, auto=Auto.PATCH),
    }
    return Course(GROUPS, plain | rules)


def stays(*moves: tuple[str, float]) -> tuple[Stay, ...]:
    """The stays that moves of a tag make."""
    ends = [time for _, time in moves[1:]] + [None]
    return tuple(
        Stay(version, digest_of(version), time, end) for (version, time), end in zip(moves, ends, strict=True)
    )


def moved(moves: Mapping[str, Sequence[tuple[str, float]]], **more: Any) -> GateState:
    """A state in which main and the tags went the same way."""
    return GateState(
        versions={environment: each[-1][0] for environment, each in moves.items()},
        wanted={environment: [Wanted(*one) for one in each] for environment, each in moves.items()},
        stays={environment: stays(*each) for environment, each in moves.items()},
        **more,
    )


def said(
    environment: str, version: str, time: float, state: str = "success", cluster: str = "eu"
) -> ClusterReport:
    name = StatusName("eso", environment, digest_of(version), cluster)
    return ClusterReport(name, Said(state), time, f"reconciliation {state}")


def gates(verdict: GateVerdict) -> list[Gate]:
    return [reason.gate for reason in verdict.reasons]
