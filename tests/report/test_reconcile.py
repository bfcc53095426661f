"""What was due, and what of it could not be done."""

from flux.commands.reconcile import Reconciled
from flux.errors import ForgeError, RegistryUnreachableError
from flux.promotion.plan import Action, Step
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


def test_a_dry_run_that_would_write_says_not_that_nothing_is_due(stage: Stage) -> None:
    def said(*would: str) -> list[str]:
        return stage.log(lambda r: show_reconciled(r, Reconciled(), None, True, would=would)).lines

    assert said() == ["Nothing is due."]
    assert said("edit issue 1") == []


def test_versions_that_are_not_published_are_one_error(stage: Stage) -> None:
    missing = [
        Step(name, environment, "1.0.0", None, None, Action.MISSING)
        for name in ("app", "db", "web")
        for environment in ("at", "tt")
    ]
    done = Reconciled(missing=missing)
    shown = stage.log(lambda report: show_reconciled(report, done, None, False, "{artifact}-{version}"))
    assert shown.lines == []
    assert shown.err.splitlines() == [
        "error: 3 versions are not published: app 1.0.0 (2 environments), db 1.0.0 (2 environments), "
        "web 1.0.0 (2 environments)",
        "hint: `inv publish app-1.0.0` publishes one, `inv reconcile` all of them",
    ]


def test_a_registry_that_does_not_answer_is_told_once(stage: Stage) -> None:
    away = RegistryUnreachableError("ghcr.io does not answer", "again")
    done = Reconciled(errors=[(f"app{number}", away) for number in range(30)])
    shown = stage.log(lambda report: show_reconciled(report, done, None, dry_run=False))
    assert shown.err.splitlines() == ["error: ghcr.io does not answer", "hint: again"]


def test_an_error_of_one_kind_is_one(stage: Stage) -> None:
    away = ForgeError("ghcr.io does not answer", "again")
    done = Reconciled(errors=[(name, away) for name in ("app", "db", "web")])
    shown = stage.log(lambda report: show_reconciled(report, done, None, dry_run=False))
    assert shown.err.splitlines() == ["error: app, db, web: ghcr.io does not answer", "hint: again"]
