"""The picture of an artifact's history."""

from typing import Any

from flux.report.board.charts import DAY
from flux.report.board.history import RELEASED, history_picture


def change(environment: str, merged: float, to: str | None, direction: str = "up") -> dict[str, object]:
    return {"environment": environment, "merged": merged, "from": None, "to": to, "direction": direction}


def artifact(changes: list[dict[str, object]], *releases: tuple[str, float | None]) -> dict[str, Any]:
    return {"changes": changes, "releases": [{"version": name, "time": time} for name, time in releases]}


def test_a_history() -> None:
    changes = [
        *(change("at", 175, None, "removed"), change("prod", 150, "1.0.0", "rollback")),
        *(change("prod", 100, "1.1.0"), change("at", 100, "1.1.0"), change("old", 0, "9.0.0")),
    ]
    picture = history_picture(artifact(changes, ("1.1.0", 90), ("1.0.0", 50)), ["at", "prod", "empty"], 200)
    assert picture
    released, at, prod, empty = picture.lanes
    assert [lane.name for lane in picture.lanes] == [RELEASED, "at", "prod", "empty"]
    assert [(each.version, each.kind) for each in released.stretches] == [
        *(("1.0.0", "release"), ("1.1.0", "release"))
    ]
    assert [(each.version, each.kind) for each in prod.stretches] == [
        *(("1.1.0", "change"), ("1.0.0", "rollback"))
    ]
    first, second = prod.stretches
    assert first.title == "none to 1.1.0, up"
    assert round(first.x + first.width, 1) == second.x
    assert second.x + second.width == picture.width
    assert at.stretches[0].x + at.stretches[0].width < picture.width
    assert empty.stretches == ()
    assert picture.begins == 50
    assert [tick.time for tick in picture.ticks] == [50, 87.5, 125, 162.5, 200]
    assert picture.ticks[-1].label == "1970-01-01 00:03"
    assert (picture.ticks[0].x, picture.ticks[-1].x) == (released.stretches[0].x, picture.width)


def test_the_axis_of_many_days_has_days() -> None:
    picture = history_picture(artifact([], ("1.0.0", DAY)), ["at"], 5 * DAY)
    assert picture
    assert [tick.label for tick in picture.ticks][1:3] == ["1970-01-03", "1970-01-04"]


def test_nothing_has_happened() -> None:
    assert history_picture(artifact([], ("1.0.0", None)), ["at"], 200) is None


def test_releases_alone_are_a_history() -> None:
    picture = history_picture(artifact([], ("1.0.0", 100)), ["at"], 200)
    assert picture
    assert [len(lane.stretches) for lane in picture.lanes] == [1, 0]


def test_clocks_that_are_wrong_stay_in_the_picture() -> None:
    """One ahead of the board's, and two changes in one second, of which the last counts."""
    changes = [change("at", 900, "3.0.0"), change("at", 100, "2.0.0"), change("at", 100, None, "removed")]
    picture = history_picture(artifact(changes), ["at"], 200)
    assert picture
    stretches = picture.lanes[1].stretches
    assert [each.version for each in stretches] == ["2.0.0", "3.0.0"]
    assert all(each.x > 0 and each.x + each.width <= picture.width for each in stretches)
    assert history_picture(artifact([change("at", 900, "3.0.0")]), ["at"], 200)


def test_long_names_leave_room() -> None:
    picture = history_picture(artifact([change("e" * 128, 100, "1.0.0")]), ["e" * 128], 200)
    assert picture
    lane = picture.lanes[1]
    assert (len(lane.label), lane.label[-1], lane.name) == (34, "…", "e" * 128)
    assert len(lane.label) * 6 < lane.stretches[0].x < picture.width / 2


def test_a_history_of_very_many_changes_begins_later() -> None:
    changes = [change("at", 10_000 - at, f"1.0.{at}") for at in range(9_000)]
    picture = history_picture(artifact(changes), ["at"], 10_000)
    assert picture
    assert len(picture.lanes[1].stretches) == 1000
    assert picture.begins == 9_001
