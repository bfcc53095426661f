"""How an earlier system and this one compare."""

from flux.monorepo.observe_mode import Observed
from flux.report.observe_mode import show_observed
from tests.report.showing import DIGEST, OTHER, Stage

OBSERVED = [
    Observed("app:at", DIGEST, DIGEST),
    Observed("app:latest", DIGEST, OTHER),
    Observed("db:latest", None, DIGEST),
    Observed("web:latest", DIGEST, None),
]


def test_what_differs_is_named(stage: Stage) -> None:
    shown = stage.log(lambda report: show_observed(report, OBSERVED))
    assert shown.err.splitlines() == [
        "app:latest has sha256:aaaaaaaaaaaa, and would have sha256:bbbbbbbbbbbb here",
        "db:latest has nothing, and would have sha256:aaaaaaaaaaaa here",
        "web:latest has sha256:aaaaaaaaaaaa, and would have other content here",
        "compared with the earlier system: 1 of 4 tags are as they would be here",
    ]


def test_nothing_to_compare(stage: Stage) -> None:
    shown = stage.log(lambda report: show_observed(report, []))
    assert shown.err == "compared with the earlier system: there is nothing to compare\n"


def test_the_summary_has_it(stage: Stage) -> None:
    job = stage.job(lambda report: show_observed(report, OBSERVED))
    assert "### Compared with the earlier system: 1 of 4 tags are as they would be here" in job.summary
    assert [row[0] for row in job.rows] == ["app:latest", "db:latest", "web:latest"]
    job = stage.job(lambda report: show_observed(report, OBSERVED[:1]))
    assert job.summary.endswith("1 of 1 tags are as they would be here\n\nNone.\n\n")
