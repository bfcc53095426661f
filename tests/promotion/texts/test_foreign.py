"""Why an issue does not count."""

from flux.promotion.foreign import NoLabel, NoMarker, NoRelease, OtherComment, OtherTitle, StrangeAuthor
from flux.promotion.proposal import Promotion
from flux.promotion.texts import foreign
from tests.promotion.texts.snapshots import assert_said

SAID = {
    "foreign": [
        (foreign.foreign(NoMarker()), "it does not have the marker of one"),
        (foreign.foreign(NoLabel("flux-release")), "it does not have the label flux-release"),
        (
            foreign.foreign(StrangeAuthor("trudy")),
            "its author, trudy, may not write here but is not in the setting `automation`",
        ),
    ],
    "foreign_issue": [
        (
            foreign.foreign_issue(3, NoMarker()),
            "issue 3 is not a promotion issue of this repository: it does not have the marker of one",
        ),
    ],
    "not_ours": [
        (
            foreign.not_ours(NoLabel("x")),
            "Nothing is promoted from here: it does not have the label x. Fix that, then tick the box again.",
        ),
    ],
    "disagreement": [
        (foreign.disagreement(OtherTitle("Promote eso 1.0.0")), "its title was Promote eso 1.0.0"),
        (
            foreign.disagreement(OtherComment(Promotion("eso", "1.0.0"))),
            "a comment of the automation here was changed to say eso 1.0.0",
        ),
        (foreign.disagreement(NoRelease("eso-v1.0.0")), "there is no release eso-v1.0.0"),
    ],
    "disagrees": [
        (
            foreign.disagrees(NoRelease("eso-v1.0.0")),
            "Nothing is promoted from here until the parts of this issue agree again: "
            "there is no release eso-v1.0.0.",
        ),
    ],
}


def test_the_whole_of_it() -> None:
    assert_said(foreign, SAID)
