"""What is told of a cluster's word."""

from flux.commands.ack import Acknowledged
from flux.errors import ForgeError
from flux.promotion.clusters.health import Failure, Health, Running
from flux.promotion.clusters.status import StatusName
from flux.proposals.by_rule import Advanced
from flux.report.ack import show_acknowledged
from tests.report.showing import DIGEST, Stage

NAME = StatusName("eso", "prod", DIGEST, "eu")


def test_what_was_said_and_done(stage: Stage) -> None:
    healths = {"eso": Health(Running.FAILING, 60, Failure(("eso", "eu")))}
    advanced = Advanced(done=["x: opened"], errors=[("y", ForgeError("no", "again"))], notices=["odd"])
    told = Acknowledged(NAME, healths, advanced)
    shown = stage.log(lambda report: show_acknowledged(report, told))
    assert shown.lines == ["eso:prod is failing since 1970-01-01 00:01 UTC: eso in eu", "x: opened"]
    assert shown.err.splitlines() == ["odd", "error: y: no", "hint: again"]
    document = stage.json(lambda report: show_acknowledged(report, told)).document
    assert document["artifacts"]["eso"]["state"] == "failing"
    assert document["artifacts"]["eso"]["since"] == "1970-01-01T00:01:00Z"


def test_what_changes_nothing(stage: Stage) -> None:
    told = Acknowledged(None, notices=("'ci' is not a cluster's status: nothing changes",))
    shown = stage.log(lambda report: show_acknowledged(report, told))
    assert (shown.out, shown.err) == ("", "'ci' is not a cluster's status: nothing changes\n")
    back = Acknowledged(NAME, {"eso": Health(Running.RUNNING, 60, returned=True)})
    assert "before it came back" in stage.log(lambda report: show_acknowledged(report, back)).out
