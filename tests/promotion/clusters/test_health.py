"""What reports come to: late ones, repeated ones, those of another digest, and a version that comes back."""

from dataclasses import replace
from itertools import permutations

import pytest

from flux.promotion.clusters.health import ClusterReport, Failure, Health, Running, Silence, health
from flux.promotion.clusters.status import StatusName, StatusState

NEW, OLD = "sha256:" + "a" * 64, "sha256:" + "b" * 64
ENV = "prod_ring1"


def report(
    time: float,
    state: str = "success",
    cluster: str = "eu",
    digest: str = NEW,
    kustomization: str = "eso",
    environment: str = ENV,
) -> ClusterReport:
    name = StatusName(kustomization, environment, digest, cluster)
    return ClusterReport(name, StatusState(state), time, f"reconciliation {state}", int(time))


def found(
    *reports: ClusterReport, moved: float | None = 100, clusters: tuple[str, ...] = (), until: float = 1e9
) -> Health:
    return health(reports, ENV, NEW, moved, clusters, until)


def test_no_cluster_has_ever_reported() -> None:
    assert found() == found(clusters=("eu",)) == Health(Running.UNKNOWN)
    assert found(report(110, environment="prod_ring2")) == Health(Running.UNKNOWN)


def test_running_since_the_first_success() -> None:
    assert found(report(110)) == Health(Running.RUNNING, 110)
    assert found(report(110), report(120), report(130)) == Health(Running.RUNNING, 110)
    assert found(report(110, "pending"), report(120)) == Health(Running.RUNNING, 120)


def test_failing_since_the_first_failure() -> None:
    failing = found(report(110), report(120, "failure"), report(130, "error"), report(140, "pending"))
    assert failing == Health(Running.FAILING, 120, Failure(("eso", "eu"), "reconciliation error"))


def test_a_failure_in_between_starts_anew() -> None:
    assert found(report(110), report(120, "failure"), report(130)) == Health(Running.RUNNING, 130)


def test_the_order_in_which_they_come_does_not_matter() -> None:
    reports = [report(110), report(120, "failure"), report(130), report(130, cluster="us")]
    assert {health(order, ENV, NEW, 100) for order in permutations(reports)} == {Health(Running.RUNNING, 130)}


def test_waiting_for_what_reported_the_version_before() -> None:
    before = [
        report(50, digest=OLD),
        report(51, digest=OLD, cluster="us"),
        report(52, digest=OLD, kustomization="x"),
    ]
    assert found(*before) == Health(
        Running.WAITING, 100, Silence((("eso", "eu"), ("eso", "us"), ("x", "eu")))
    )
    assert found(*before, report(110)) == Health(Running.WAITING, 100, Silence((("eso", "us"), ("x", "eu"))))
    done = [report(110), report(120, cluster="us"), report(130, kustomization="x")]
    assert found(*before, *done) == Health(Running.RUNNING, 130)


def test_waiting_for_the_clusters_that_the_settings_name() -> None:
    assert found(report(110), clusters=("eu", "us")) == Health(
        Running.WAITING, 100, Silence(clusters=("us",))
    )
    both = found(report(110), report(120, cluster="us"), clusters=("eu", "us"))
    assert both == Health(Running.RUNNING, 120)


def test_a_cluster_that_the_settings_name_no_more_is_not_waited_for() -> None:
    before = [report(50, digest=OLD), report(51, digest=OLD, cluster="us")]
    assert found(*before, report(110), clusters=("eu",)) == Health(Running.RUNNING, 110)
    failing = found(*before, report(110), report(120, "failure", cluster="us"), clusters=("eu",))
    assert failing.state is Running.FAILING


def test_one_that_fails_is_enough() -> None:
    one = found(report(110), report(120, "failure", cluster="us"), clusters=("eu", "us"))
    assert (one.state, one.since) == (Running.FAILING, 120)


def test_what_is_older_than_the_move_changes_nothing() -> None:
    assert found(report(90, "failure")).state is Running.WAITING
    assert found(report(100, "failure")).state is Running.FAILING
    assert found(report(90, "failure"), report(110)) == Health(Running.RUNNING, 110)


def test_a_version_that_comes_back_has_only_its_old_success() -> None:
    back = found(report(50), report(60, digest=OLD))
    assert back == Health(Running.RUNNING, 100, returned=True)
    assert not back.soaks
    assert found(report(50), report(110)) == Health(Running.RUNNING, 110), "since it was said anew"
    assert found(report(50), report(110), report(120)) == Health(Running.RUNNING, 110)
    some = found(report(50), report(50, cluster="us"), report(110))
    assert some.returned


def test_a_late_status_of_an_older_digest_changes_nothing() -> None:
    assert found(report(110), report(120, "failure", digest=OLD)) == Health(Running.RUNNING, 110)


def test_what_comes_after_a_stay_is_not_looked_at() -> None:
    assert found(report(110), report(200, "failure"), until=150) == Health(Running.RUNNING, 110)


@pytest.mark.parametrize("moved", [None, 0])
def test_without_a_known_move_all_counts(moved: float | None) -> None:
    assert found(report(50), moved=moved) == Health(Running.RUNNING, 50)


def test_of_one_second_the_later_id_counts() -> None:
    first, second = replace(report(110), id=1), replace(report(110, "failure"), id=2)
    assert found(second, first).state is Running.FAILING
    assert found(replace(second, id=1), replace(first, id=2)).state is Running.RUNNING
