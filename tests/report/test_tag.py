"""Which environment tags move, which could not, and why."""

import pytest

from flux.environments.converge import Convergence
from flux.errors import RegistryError
from flux.promotion.plan import Action, Step
from flux.report.tag import document, show_convergence, show_plan
from tests.report.showing import COMMIT, DIGEST, OTHER, Stage

MOVED = Step("app", "at_ring1", "1.0.0", None, DIGEST, Action.MOVED)
SAME = Step("app", "prod_ring1", "1.0.0", DIGEST, DIGEST, Action.UNCHANGED)


def test_the_plan_is_shown_before(stage: Stage) -> None:
    shown = stage.log(lambda report: show_plan(report, COMMIT, [MOVED, SAME]))
    assert shown.lines[0] == f"Environment tags at {'c' * 12}:"
    assert [line.split() for line in shown.lines[3:]] == [
        ["app", "at_ring1", "1.0.0", str(Action.MOVED), "none", DIGEST[:19]]
    ]
    assert stage.log(lambda report: show_plan(report, COMMIT, [SAME])).out == ""
    assert stage.json(lambda report: show_plan(report, COMMIT, [MOVED])).document == {}


@pytest.mark.parametrize(("dry_run", "said"), [(False, "1 moved"), (True, "0 would move")])
def test_what_was_done(stage: Stage, dry_run: bool, said: str) -> None:
    done = Convergence(COMMIT, [MOVED, SAME], ["odd tag"])
    shown = stage.log(lambda report: show_convergence(report, done, dry_run))
    assert shown.lines == [f"Environment tags: {said}, 1 as desired."]
    assert shown.err == "odd tag\n"
    job = stage.job(lambda report: show_convergence(report, done, dry_run))
    assert job.rows == [["app", "at\\_ring1", "1.0.0", str(Action.MOVED), "none", DIGEST[:19]]]
    assert stage.json(lambda report: show_convergence(report, done, dry_run)).document == {
        "commit": COMMIT,
        **document(done.steps),
    }


def test_one_reason_is_one_error(stage: Stage) -> None:
    failed = [
        Step("app", "at_ring1", "2.0.0", OTHER, None, Action.MISSING),
        Step("app", "tt_ring1", "2.0.0", OTHER, None, Action.MISSING),
        Step("db", "", None, None, None, Action.FAILED, RegistryError("it does not answer", "start it")),
    ]
    shown = stage.log(lambda report: show_convergence(report, Convergence(COMMIT, failed), dry_run=False))
    assert shown.err.splitlines() == [
        "error: app:at_ring1, app:tt_ring1: version 2.0.0 is not published",
        "hint: publish it with `inv publish TAG`, then run `inv tag` again",
        "error: db: it does not answer",
        "hint: start it",
    ]
