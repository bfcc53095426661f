"""The pictures of the board."""

import pytest

from flux.report.board.charts import DAY, HOUR, histogram, weeks


@pytest.mark.parametrize(
    ("span", "bucket"), [(0, 0), (HOUR - 1, 0), (HOUR, 1), (DAY - 1, 2), (DAY, 3), (14 * DAY, 6), (1e12, 6)]
)
def test_a_span_is_in_one_bucket(span: float, bucket: int) -> None:
    chart = histogram("spans", [span])
    assert [bar.count for bar in chart.bars] == [int(at == bucket) for at in range(7)]
    tallest = chart.bars[bucket]
    assert tallest.y + tallest.height == chart.base
    assert all(bar.x >= 0 and bar.x + bar.width <= chart.width for bar in chart.bars)


def test_a_chart_says_what_it_shows() -> None:
    assert histogram("spans", [1, 2, DAY]).said.startswith("< 1 h: 2, < 4 h: 0, < 1 d: 0, < 3 d: 1")
    assert weeks("deployments", [0, 2]).said == "by week, the oldest first: 0, 2"
    assert [bar.label for bar in weeks("deployments", [0, 2]).bars] == ["2 weeks ago", "now"]


@pytest.mark.parametrize(
    ("counts", "written"),
    [
        ([1, 9, 0], [1, 9]),
        ([12] * 26, [12]),
        ([1] * 25 + [9], [*[1] * 25, 9]),
        ([10**6] * 3, [10**6] * 3),
        ([10**9] * 26, [10**9]),
    ],
)
def test_counts_do_not_run_into_each_other(counts: list[int], written: list[int]) -> None:
    """Where they would, the highest is there, and each bar says its own when pointed at."""
    bars = weeks("deployments", counts).bars
    assert [bar.count for bar in bars if bar.is_counted] == written
    half = 3 * len(str(max(counts)))
    assert all(half < bar.middle < 320 - half for bar in bars if bar.is_counted)
    assert len({bar.name for bar in bars}) == len(counts)
    assert bars[-1].name == "the last 7 days"
