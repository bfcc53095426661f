"""The pictures of the board."""

import pytest

from flux.report.board.charts import DAY, HOUR, histogram, history, weeks


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


def change(environment: str, merged: float, to: str | None, direction: str = "up") -> dict[str, object]:
    return {"environment": environment, "merged": merged, "from": None, "to": to, "direction": direction}


def test_a_history() -> None:
    changes = [
        *(change("prod", 150, "1.0.0", "rollback"), change("prod", 100, "1.1.0"), change("old", 0, "9.0.0")),
        *(change("at", 100, "1.1.0"), change("at", 175, None)),
    ]
    picture = history(changes, ["at", "prod", "empty"], 200)
    assert picture
    at, prod, empty = picture.lanes
    assert [stretch.version for stretch in prod.stretches] == ["1.1.0", "1.0.0"]
    assert [stretch.is_rollback for stretch in prod.stretches] == [False, True]
    first, second = prod.stretches
    assert first.x + first.width == second.x
    assert second.x + second.width == picture.width
    assert at.stretches[0].x + at.stretches[0].width < picture.width
    assert empty.stretches == ()
    assert history([], ["at"], 200) is None
