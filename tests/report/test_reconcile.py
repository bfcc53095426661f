"""What was due, and what of it could not be done."""

from flux.commands.reconcile import Reconciled
from flux.errors import ForgeError
from flux.report.reconcile import show_reconciled
from tests.report.showing import Stage


def test_what_was_due(stage: Stage) -> None:
    done = Reconciled(["app was built"], [("db", ForgeError("no answer", "again"))], [], {"app": "x@y"})
    shown = stage.job(lambda report: show_reconciled(report, done, None, dry_run=False))
    assert shown.lines == ["repaired: app was built", "::error::db: no answer%0Aagain"]
    assert shown.outputs == {"digests": {"app": "x@y"}}
    assert stage.job(lambda report: show_reconciled(report, done, None, dry_run=True)).outputs == {}
    nothing = stage.log(lambda report: show_reconciled(report, Reconciled(), None, dry_run=False))
    assert nothing.lines == ["Nothing was due."]
    assert stage.json(lambda report: show_reconciled(report, done, None, False)).document == {
        "repaired": ["app was built"]
    }


def test_a_dry_run_repairs_nothing(stage: Stage) -> None:
    due = Reconciled(["app: pushed 1.0.0, latest", "flux-oci-app-v1.0.0: opened issue 0"])
    shown = stage.log(lambda report: show_reconciled(report, due, None, dry_run=True))
    assert shown.lines == [
        "app: would push 1.0.0, latest",
        "flux-oci-app-v1.0.0: would open a new issue",
    ]
    assert "would push" in stage.job(lambda report: show_reconciled(report, due, None, True)).summary


def test_an_error_of_one_kind_is_one(stage: Stage) -> None:
    away = ForgeError("ghcr.io does not answer", "again")
    done = Reconciled(errors=[(name, away) for name in ("app", "db", "web")])
    shown = stage.log(lambda report: show_reconciled(report, done, None, dry_run=False))
    assert shown.err.splitlines() == ["error: app, db, web: ghcr.io does not answer", "hint: again"]
