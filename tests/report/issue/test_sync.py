"""What became of every promotion that is open."""

from flux.errors import ForgeError
from flux.promotion.proposal import Promotion
from flux.promotion.texts.comment import EnvironmentRow
from flux.proposals.sync import Sync, Synced
from flux.report.issue.sync import show_sync
from flux.report.json_document import error_document
from tests.report.promotions import ISSUE, PROMOTION, PROPOSED
from tests.report.showing import Stage


def test_all_promotions(stage: Stage) -> None:
    standings = (
        EnvironmentRow("at", "2.0.0", True),
        EnvironmentRow("tt", "2.0.0", False),
        EnvironmentRow("prod", None, True),
    )
    sync = Sync(
        [
            Synced(PROMOTION, ISSUE, PROPOSED, standings=standings),
            Synced(Promotion("db", "1.0.0"), None, None, error=ForgeError("GitHub broke off", "again")),
        ]
    )
    shown = stage.log(lambda report: show_sync(report, sync))
    assert shown.lines[2].startswith(
        "app 2.0.0   1 of 3     https://example.com/i/3   https://example.com/p/7"
    )
    assert shown.lines[3].split() == ["db", "1.0.0", "failed"]
    assert shown.err.splitlines() == ["error: db 1.0.0: GitHub broke off", "hint: again"]
    app, db = stage.json(lambda report: show_sync(report, sync)).document["promotions"]
    assert app["issue"] == {"number": 3, "url": "https://example.com/i/3"}
    assert (app["artifact"], app["closed"], app["pull_request"]["number"]) == ("app", False, 7)
    assert app["environments"][1] == {"environment": "tt", "desired": "2.0.0", "deployed": False}
    assert db == {
        "artifact": "db",
        "version": "1.0.0",
        "issue": None,
        "closed": False,
        "repaired": [],
        "environments": [],
        "pull_request": None,
        "error": error_document(ForgeError("GitHub broke off", "again")),
    }
    assert stage.log(lambda report: show_sync(report, Sync([]))).lines == ["No promotion is open."]


def test_a_dry_run_says_would(stage: Stage) -> None:
    sync = Sync([Synced(PROMOTION, ISSUE, PROPOSED, closed=True)])
    shown = stage.log(lambda report: show_sync(report, sync, dry_run=True))
    assert shown.lines[0].endswith("What would be done")
    assert shown.lines[2].endswith("would open its pull request, would close its issue")
