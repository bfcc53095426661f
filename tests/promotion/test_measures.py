"""The four DORA measures, at their borders."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.promotion.measures import WEEK, Arrival, Distribution, Measures, measure
from flux.promotion.timeline import Direction

NOW = 100 * WEEK
LAST = ("prod1", "prod2")


def arrival(
    time: float,
    version: str | None = "1.0.0",
    direction: Direction = Direction.UP,
    *,
    environment: str = "prod1",
    change: str = "",
    released: float | None = None,
    committed: float | None = None,
    artifact: str = "a",
) -> Arrival:
    return Arrival(
        artifact, environment, version, direction, time, change or f"at {time}", released, committed
    )


def measured(*arrivals: Arrival) -> Measures:
    return measure(arrivals, LAST, NOW)


def test_one_merge_is_one_deployment() -> None:
    both = [arrival(10, environment=name, change="m") for name in LAST]
    assert measured(*both).deployments == 1
    assert measured(*both, arrival(20, "1.1.0", change="n")).deployments == 2


def test_only_the_last_phase_counts() -> None:
    assert measured(arrival(10, environment="at1")).deployments == 0


def test_lead_time_is_that_of_the_first_deployment_of_a_version() -> None:
    found = measured(
        arrival(50, released=20, committed=5),
        arrival(500, released=20, committed=5, environment="prod2"),
        arrival(60, "1.1.0", released=59),
    )
    assert found.lead_from_release.spans == (1, 30)
    assert found.lead_from_commit.spans == (45,)


def test_a_wrong_clock_tells_nothing() -> None:
    assert measured(arrival(10, released=20)).lead_from_release.spans == ()


def test_a_rollback() -> None:
    found = measured(
        arrival(10, "1.0.0", Direction.FIRST),
        arrival(20, "1.1.0"),
        arrival(20, "1.1.0", environment="prod2", change="at 20"),
        arrival(50, "1.0.0", Direction.ROLLBACK, change="back"),
        arrival(50, "1.0.0", Direction.ROLLBACK, environment="prod2", change="back"),
    )
    assert (found.deployments, found.rollbacks, found.failed_share) == (2, 1, 0.5)
    assert found.restore.spans == (30,)


def test_a_downgrade_by_hand_is_neither() -> None:
    found = measured(arrival(10), arrival(20, "0.9.0", Direction.DOWN))
    assert (found.deployments, found.rollbacks) == (1, 0)


@pytest.mark.parametrize(
    ("ago", "week"), [(0, 25), (WEEK - 1, 25), (WEEK, 24), (26 * WEEK - 1, 0), (26 * WEEK, None), (-1, None)]
)
def test_weeks(ago: float, week: int | None) -> None:
    weekly = measured(arrival(NOW - ago)).weekly
    assert len(weekly) == 26
    assert [at for at, count in enumerate(weekly) if count] == ([] if week is None else [week])


def test_without_deployments() -> None:
    assert (measured().failed_share, measured().restore.quantile(0.5)) == (None, None)


@pytest.mark.parametrize(
    ("spans", "share", "expected"),
    [((1,), 0.5, 1), ((1, 2), 0.5, 1), ((1, 2, 3), 0.5, 2), (tuple(range(1, 11)), 0.9, 9), ((1, 2), 1.0, 2)],
)
def test_quantiles(spans: tuple[float, ...], share: float, expected: float) -> None:
    assert Distribution(spans).quantile(share) == expected


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=50), st.sampled_from([0.5, 0.9, 1.0]))
def test_a_quantile_has_its_share_below(spans: list[float], share: float) -> None:
    found = Distribution(tuple(sorted(spans))).quantile(share)
    assert found is not None
    assert sum(span <= found for span in spans) >= share * len(spans) - 1e-9
