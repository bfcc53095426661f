"""Which commits are asked about, and who is believed."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from flux.forge.reporting import CommitStatus
from flux.promotion.clusters.status import StatusName
from flux.promotion.gates.move import Move
from flux.proposals.cluster_reports import ClusterReports, may_report
from flux.settings.derived import Settings
from flux.settings.rules import FollowedClusters
from tests.commands.promoting import World
from tests.promotion.gates.courses import digest_of

CLUSTERS = {"prod": FollowedClusters(("eu",), ("reporter",))}


@pytest.fixture
def asked(local: World) -> Iterator[tuple[ClusterReports, list[str]]]:
    """What is asked, and the commits in order; the clusters of prod have spoken of the first."""
    commits: list[str] = []
    name = str(StatusName("eso", "prod", digest_of("1.0.0"), "eu"))

    def statuses(commit: str) -> list[CommitStatus]:
        commits.append(commit)
        return [CommitStatus(1, name, "failure", "", "reporter", 1.0)] if commit == "1.0.0" else []

    with local.with_(clusters=CLUSTERS).opened() as monorepo:
        forge = monorepo.forge
        forge.statuses = statuses  # type: ignore[method-assign]
        yield ClusterReports(monorepo), commits


def moves(*versions: str, environment: str = "at") -> list[Move]:
    return [
        Move("eso", environment, version, digest_of(version), version, at)
        for at, version in enumerate(versions)
    ]


def test_what_an_environment_has_is_asked_about_however_often_another_moves(
    asked: tuple[ClusterReports, list[str]],
) -> None:
    reports, commits = asked
    every = [*moves("1.0.0", environment="prod"), *moves(*(f"1.0.{n}" for n in range(1, 60)))]
    found = reports.of(every, lambda version: False)
    assert [report.name.environment for report in found["1.0.0"]] == ["prod"]
    assert commits == ["1.0.59", "1.0.58", "1.0.0"], "each once, and what is at rest not at all"
    assert reports.of(every, lambda version: False) == found
    assert len(commits) == 3


def test_of_what_may_go_on_the_newest_are_asked_about(asked: tuple[ClusterReports, list[str]]) -> None:
    reports, _ = asked
    every = [*moves("1.0.0", environment="prod"), *moves(*(f"1.0.{n}" for n in range(1, 60)))]
    found = reports.of(every, lambda version: version != "1.0.0")
    assert set(found) == {"1.0.0", *(f"1.0.{n}" for n in range(30, 60))}


def test_of_a_silent_environment_it_is_found_out_whether_it_ever_spoke(
    asked: tuple[ClusterReports, list[str]],
) -> None:
    reports, commits = asked
    every = moves(*(f"1.0.{n}" for n in range(5)), environment="prod")
    assert any(reports.of(every, lambda version: False).values())
    assert commits == ["1.0.4", "1.0.3", "1.0.2", "1.0.1", "1.0.0"]
    never = [replace(move, environment="at") for move in every]
    commits.clear()
    ClusterReports.of(reports, never, lambda version: False)
    assert commits == [], "nobody may speak for it"


def test_who_may_report() -> None:
    settings = Settings(clusters=CLUSTERS, automation=("promoter[bot]",))
    assert may_report(settings, "Reporter", "prod")
    assert may_report(settings, "promoter[bot]", "at")
    assert not may_report(settings, "reporter", "at")
