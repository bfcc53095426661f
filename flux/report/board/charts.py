"""The pictures of the board, as SVG. Colours are classes, since the page allows no inline style."""

from collections.abc import Sequence
from dataclasses import dataclass

HOUR, DAY = 3600, 24 * 3600
_BUCKETS = (
    (HOUR, "< 1 h"),
    (4 * HOUR, "< 4 h"),
    (DAY, "< 1 d"),
    (3 * DAY, "< 3 d"),
    (7 * DAY, "< 1 w"),
    (14 * DAY, "< 2 w"),
    (float("inf"), "more"),
)
_WIDTH, _HEIGHT = 320, 110
_BASE = 84  # where bars stand
_TALLEST = 64


@dataclass(frozen=True)
class Bar:
    """A bar of a chart: where it is, how high, how many it stands for, and what is written under it."""

    x: float
    y: float
    width: float
    height: float
    count: int
    label: str


@dataclass(frozen=True)
class Chart:
    """A chart with a text for who cannot see it."""

    title: str
    said: str
    bars: tuple[Bar, ...]
    width: int = _WIDTH
    height: int = _HEIGHT
    base: int = _BASE


def histogram(title: str, spans: Sequence[float]) -> Chart:
    """How many spans, in seconds, are below each bound and not below the one before."""
    counts = [0] * len(_BUCKETS)
    for span in spans:
        counts[next(at for at, (bound, _) in enumerate(_BUCKETS) if span < bound)] += 1
    labels = [label for _, label in _BUCKETS]
    said = ", ".join(f"{label}: {count}" for label, count in zip(labels, counts, strict=True))
    return Chart(title, said, _bars(counts, labels))


def weeks(title: str, counts: Sequence[int]) -> Chart:
    """One bar a week, the oldest first."""
    labels = ["" for _ in counts]
    if labels:
        labels[0], labels[-1] = f"{len(counts)} weeks ago", "now"
    return Chart(title, f"by week, the oldest first: {', '.join(map(str, counts))}", _bars(counts, labels))


def _bars(counts: Sequence[int], labels: Sequence[str]) -> tuple[Bar, ...]:
    most = max([1, *counts])
    step = _WIDTH / max(1, len(counts))
    bars = []
    for at, (count, label) in enumerate(zip(counts, labels, strict=True)):
        height = round(_TALLEST * count / most, 1)
        bars.append(Bar(round(at * step, 1), _BASE - height, round(step * 0.8, 1), height, count, label))
    return tuple(bars)


@dataclass(frozen=True)
class Stretch:
    """A version that an environment had for some time, as a part of a row."""

    x: float
    width: float
    version: str
    title: str
    is_rollback: bool


@dataclass(frozen=True)
class Lane:
    """One environment's row in the picture of an artifact's history."""

    environment: str
    y: int
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True)
class Picture:
    """The history of one artifact: a row for each environment, the present at the right."""

    lanes: tuple[Lane, ...]
    width: int
    height: int
    begins: float


LANE = 26
_NAMES = 130
_PICTURE = 900


def history(changes: Sequence[dict[str, object]], environments: Sequence[str], now: float) -> Picture | None:
    """The picture of the changes of a board's artifact, in any order; None where there are none."""
    ordered = sorted(changes, key=lambda change: float(str(change["merged"])))
    ours = [change for change in ordered if change["environment"] in environments]
    if not ours:
        return None
    begins = float(str(ours[0]["merged"]))
    scale = (_PICTURE - _NAMES) / max(1.0, now - begins)
    lanes = []
    for at, environment in enumerate(environments):
        own = [change for change in ours if change["environment"] == environment]
        ends = [float(str(change["merged"])) for change in own[1:]] + [now]
        stretches = [
            Stretch(
                round(_NAMES + (float(str(change["merged"])) - begins) * scale, 1),
                round(max(2.0, (end - float(str(change["merged"]))) * scale), 1),
                str(change["to"]),
                f"{change['from'] or 'none'} to {change['to']}",
                change["direction"] == "rollback",
            )
            for change, end in zip(own, ends, strict=False)
            if change["to"]
        ]
        lanes.append(Lane(environment, at * LANE, tuple(stretches)))
    return Picture(tuple(lanes), _PICTURE, len(lanes) * LANE + 4, begins)
