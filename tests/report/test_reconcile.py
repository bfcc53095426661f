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
        "repaired": ["app was built"],
        "errors": [{"about": "db", "error": "no answer"}],
    }
