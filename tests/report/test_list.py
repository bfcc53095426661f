"""The listing, with what there is not and what cannot be told kept apart."""

from flux.commands.list import Listed, Listing
from flux.report.list import document, show_listing
from tests.report.showing import Stage

LISTING = Listing(
    [
        Listed("new", None, None, True),
        Listed("quiet", "1.0.0", 0, False),
        Listed("shallow", "2.0.0", None, None),
    ],
    ["origin does not answer"],
)


def test_a_log(stage: Stage) -> None:
    shown = stage.log(lambda report: show_listing(report, LISTING))
    assert [line.split() for line in shown.lines[2:]] == [
        ["new", "none", "yes"],
        ["quiet", "1.0.0", "0"],
        ["shallow", "2.0.0", "?", "?"],
    ]
    assert shown.err == "origin does not answer\n"


def test_json(stage: Stage) -> None:
    shown = stage.json(lambda report: show_listing(report, LISTING))
    assert shown.document == document(LISTING)
    assert shown.err == "origin does not answer\n"
