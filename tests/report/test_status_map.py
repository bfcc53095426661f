"""The map of a narrow terminal: a line for each artifact, a cell for each phase."""

import os
import pty
import re
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.environments.status import Row, Status
from flux.event import TERMINAL
from flux.promotion.plan import Action, Step
from flux.report.report import Report
from flux.report.status import show_status
from flux.report.status_map import Signs, differing, phase_map
from tests.report.showing import DIGEST, OTHER
from tests.report.test_report import everything

PHASES = {phase: [f"{phase}_ring1", f"{phase}_ring2"] for phase in ("at", "tt", "prod")}
ASCII = Signs("!=", "...", "-")


IN_PLACE = (DIGEST, DIGEST, Action.UNCHANGED)
ELSEWHERE = (OTHER, DIGEST, Action.MOVE)


def row(name: str, versions: dict[str, str], *drifting: str) -> Row:
    steps = {
        at: Step(name, at, version, *(ELSEWHERE if at in drifting else IN_PLACE))
        for at, version in versions.items()
    }
    return Row(name, "1.3.0", 0, steps, dict.fromkeys(drifting, "1.2.0"))


ALL = {ring: "1.3.0" for rings in PHASES.values() for ring in rings}
SAME = row("app", ALL)
MIXED = row(
    "db", {"at_ring1": "2.0.0", "at_ring2": "1.9.0", "tt_ring1": "1.9.0", "tt_ring2": "1.9.0"}, "tt_ring2"
)


def test_rings_that_agree_are_one_cell() -> None:
    lines = phase_map([SAME, MIXED], PHASES, 80, ASCII)
    assert [line.split() for line in lines] == [
        ["Artifact", "Release", "at", "tt", "prod"],
        ["-" * len(lines[1])],
        ["app", "1.3.0", "1.3.0", "1.3.0", "1.3.0"],
        ["db", "1.3.0", "2.0.0", "1.9.0", "1.9.0", "!="],
    ]


def test_what_differs_is_told_below() -> None:
    assert differing(SAME, PHASES) == []
    assert differing(MIXED, PHASES) == ["at_ring1", "at_ring2", "tt_ring2"]


def test_a_ring_that_has_nothing_does_not_agree() -> None:
    begun = row("app", {"at_ring1": "1.3.0"})
    (line,) = phase_map([begun], PHASES, 80, ASCII)[2:]
    assert line.split() == ["app", "1.3.0", "1.3.0", "none"]
    assert differing(begun, PHASES) == ["at_ring1", "at_ring2"]


def test_many_versions_are_counted() -> None:
    rings = {"prod": ["a", "b", "c"]}
    (line,) = phase_map([row("app", {"a": "1.0.0", "b": "2.0.0", "c": "3.0.0"})], rings, 80, ASCII)[2:]
    assert line.split() == ["app", "1.3.0", "3", "versions"]


NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,60}", fullmatch=True)


@given(st.lists(NAMES, min_size=1, max_size=5), st.integers(40, 200))
def test_no_line_is_longer_than_the_terminal(names: list[str], width: int) -> None:
    rows = [row(name, {"at_ring1": "10.11.12-rc.1", "prod_ring2": "1.0.0"}) for name in names]
    lines = phase_map(rows, PHASES, width, Signs())
    assert len(lines) == 2 + len(names)
    assert max(map(len, lines)) <= width


@pytest.mark.parametrize("width", [80, 160])
def test_twenty_nine_artifacts_and_six_rings(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", str(width))
    rows = [row(f"component-{n}", ALL, *(["prod_ring1"] if n == 7 else [])) for n in range(29)]
    status = Status(list(ALL), rows, [])
    ours, theirs = pty.openpty()
    with ThreadPoolExecutor(1) as reader, os.fdopen(theirs, "w") as terminal:
        said = reader.submit(everything, ours)
        monkeypatch.setattr(sys, "stdout", terminal)
        show_status(Report(TERMINAL, as_json=False), status, PHASES)
        terminal.close()
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in said.result().splitlines()]
    assert max(map(len, lines)) <= width
    shown = [line for line in lines if line.startswith("component-") and ":" not in line]
    assert len(shown) == 29
    assert "1.3.0 ≠" in shown[7]
    if width == 80:
        assert "component-7:prod_ring1: 1.3.0 ≠ 1.2.0" in lines
        assert "≠ the registry has something else." in lines
    else:
        assert "prod_ring2" in lines[0]
