"""The charts of the board, as SVG."""

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
_BASE = 84  # the y position of the bottom of bars
_TALLEST = 64
_DIGIT = 6.5  # the width of a digit, with a part of the space beside a number


@dataclass(frozen=True)
class Bar:
    """A bar of a chart: its position and size, its count, and the label below it.

    `name` says what it counts. `is_counted` says whether the count is shown above it, centred at `middle`.
    """

    x: float
    y: float
    width: float
    height: float
    count: int
    label: str
    name: str
    is_counted: bool
    middle: float


@dataclass(frozen=True)
class Chart:
    """A chart, with `said` as a text for screen readers."""

    title: str
    said: str
    bars: tuple[Bar, ...]
    width: int = _WIDTH
    height: int = _HEIGHT
    base: int = _BASE


def histogram(title: str, spans: Sequence[float]) -> Chart:
    """Return a chart with a bar for each range of time spans. `spans` are in seconds."""
    counts = [0] * len(_BUCKETS)
    for span in spans:
        counts[next(at for at, (bound, _) in enumerate(_BUCKETS) if span < bound)] += 1
    labels = [label for _, label in _BUCKETS]
    said = ", ".join(f"{label}: {count}" for label, count in zip(labels, counts, strict=True))
    return Chart(title, said, _bars(counts, labels, labels))


def weeks(title: str, counts: Sequence[int]) -> Chart:
    """Return a chart with one bar for each week, the oldest first."""
    labels = ["" for _ in counts]
    if labels:
        labels[0], labels[-1] = f"{len(counts)} weeks ago", "now"
    names = [f"{ago} weeks ago" if ago else "the last 7 days" for ago in reversed(range(len(counts)))]
    said = f"by week, the oldest first: {', '.join(map(str, counts))}"
    return Chart(title, said, _bars(counts, labels, names))


def _bars(counts: Sequence[int], labels: Sequence[str], names: Sequence[str]) -> tuple[Bar, ...]:
    """Return the bars. If there is no room for all counts, only the first of the highest bars shows one."""
    most = max([1, *counts])
    step = _WIDTH / max(1, len(counts))
    fits = len(str(most)) * _DIGIT < step
    bars = []
    for at, (count, label, name) in enumerate(zip(counts, labels, names, strict=True)):
        height = round(_TALLEST * count / most, 1)
        is_counted = bool(count) and (fits or at == counts.index(most))
        half = len(str(count)) * _DIGIT / 2
        middle = round(min(max(at * step + step * 0.4, half), _WIDTH - half), 1)
        place = round(at * step, 1), _BASE - height, round(step * 0.8, 1), height
        bars.append(Bar(*place, count, label, name, is_counted, middle))
    return tuple(bars)
