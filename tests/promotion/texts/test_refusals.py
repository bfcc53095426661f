"""Why somebody may not promote."""

from flux.promotion.gates.freeze import Freeze
from flux.promotion.refusal import NeedsPermission, NotPromoter
from flux.promotion.texts import refusals
from tests.promotion.texts.snapshots import assert_said

SAID = {
    "refusal": [
        (refusals.refusal(NeedsPermission("write")), "that needs the permission `write`"),
        (refusals.refusal(NotPromoter("prod", ("ann", "bob"))), "the promoters of prod are ann, bob"),
        (refusals.refusal(NotPromoter("prod", ())), "the promoters of prod are nobody"),
        (
            refusals.refusal(Freeze("*all* @team", "ann", "prod")),
            "prod is frozen by ann: \\*all\\* \\@\u2060team",
        ),
    ],
    "refused": [
        (
            refusals.refused({"at": NeedsPermission("write"), "prod": NotPromoter("prod", ("ann",))}),
            "`at`: that needs the permission `write`; `prod`: the promoters of prod are ann",
        ),
    ],
}


def test_the_whole_of_it() -> None:
    assert_said(refusals, SAID)
