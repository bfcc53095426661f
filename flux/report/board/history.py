"""A picture of an artifact's history as SVG: when each version was released, and when environments had it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from flux.promotion.timeline import Direction
from flux.report.board.charts import DAY
from flux.report.log import day

RELEASED = "released"
"""The name of the row of the releases."""

_LANE, _AXIS = 26, 20
_WIDTH = 900
_LEAST = 2.0  # the smallest width that is visible
_TICKS = 5
_CHARACTER = 6.8
_LONGEST = 34  # the most characters of a name
_MOST = 1000  # the most changes of an artifact that are shown


class StretchKind(StrEnum):
    """What a part of a row began with. The page's style sheet has a colour for each."""

    RELEASE = "release"
    ROLLBACK = "rollback"
    CHANGE = "change"


@dataclass(frozen=True)
class Stretch:
    """A part of a row: a version that an environment had for some time."""

    x: float
    width: float
    version: str
    title: str
    kind: StretchKind


@dataclass(frozen=True)
class Lane:
    """A row with the releases, or with the versions of one environment. `label` is the shortened name."""

    name: str
    label: str
    y: int
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True)
class Tick:
    """A time on the axis. `label` is its day, or its minute if the whole axis has few days."""

    x: float
    time: float
    label: str


@dataclass(frozen=True)
class Picture:
    """A row for the releases and one for each environment. The present is at the right."""

    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    width: int
    height: int
    begins: float


class _RowEvent(NamedTuple):
    """From `time` on, the row has `version`, or None for no version."""

    time: float
    version: str | None
    title: str
    kind: StretchKind


@dataclass(frozen=True)
class _Axis:
    """The time axis. It shows `begins` at the position `left`, and `now` at the right end."""

    left: float
    begins: float
    now: float

    def place(self, time: float) -> float:
        """Return the position of a time. A time in the future is placed at the present."""
        share = (min(time, self.now) - self.begins) / max(1.0, self.now - self.begins)
        return round(self.left + share * (_WIDTH - self.left), 1)

    @property
    def ticks(self) -> tuple[Tick, ...]:
        step = (self.now - self.begins) / (_TICKS - 1)
        shown = len("2026-11-30") if step >= DAY else None
        times = (self.begins + at * step for at in range(_TICKS))
        return tuple(Tick(self.place(time), time, day(time)[:shown]) for time in times)


def history_picture(artifact: Mapping[str, Any], environments: Sequence[str], now: float) -> Picture | None:
    """Return the picture of an artifact in the board's document, or None if the artifact has no history.

    If there are very many changes, the oldest are left out.
    """
    rows = {RELEASED: _releases(artifact), **{name: _changes(artifact, name) for name in environments}}
    times = [event.time for row in rows.values() for event in row]
    if not times:
        return None
    labels = {name: name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…" for name in rows}
    axis = _Axis(max(map(len, labels.values())) * _CHARACTER + 10, min(times), now)
    lanes = tuple(
        Lane(name, labels[name], at * _LANE, tuple(_stretches(row, axis)))
        for at, (name, row) in enumerate(rows.items())
    )
    return Picture(lanes, axis.ticks, _WIDTH, len(lanes) * _LANE + _AXIS, axis.begins)


def _releases(artifact: Mapping[str, Any]) -> list[_RowEvent]:
    found = [(r["time"], r["version"]) for r in artifact["releases"] if r["time"] is not None]
    return [_RowEvent(time, version, version, StretchKind.RELEASE) for time, version in sorted(found)]


def _changes(artifact: Mapping[str, Any], environment: str) -> list[_RowEvent]:
    """Return the changes, the oldest first. The document has the newest first. Of several changes in one
    second, the last counts."""
    found = [
        _RowEvent(
            change["merged"],
            change["to"],
            f"{change['from'] or 'none'} to {change['to']}, {change['direction']}",
            StretchKind.ROLLBACK if change["direction"] == Direction.ROLLBACK else StretchKind.CHANGE,
        )
        for change in reversed(artifact["changes"][:_MOST])
        if change["environment"] == environment
    ]
    return sorted(found, key=lambda event: event.time)


def _stretches(row: Sequence[_RowEvent], axis: _Axis) -> Iterator[Stretch]:
    places = [*(axis.place(event.time) for event in row), float(_WIDTH)]
    for event, x, end in zip(row, places, places[1:], strict=False):
        if event.version is not None:
            shown = round(max(_LEAST, end - x), 1)
            yield Stretch(min(x, _WIDTH - _LEAST), shown, event.version, event.title, event.kind)
