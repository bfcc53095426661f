"""Why a pull request must not be merged."""

from flux.errors import FluxError
from flux.promotion.faults import (
    ForeignCommit,
    MayNotAsk,
    NobodyAsked,
    NoPromotion,
    Outlived,
    Removed,
    TakenBack,
    Unapproved,
)
from flux.promotion.refusal import NotPromoter
from flux.promotion.texts import faults
from tests.promotion.texts.snapshots import assert_said

COMMIT = "a" * 40

SAID = {
    "fault": [
        (faults.fault(NoPromotion("promote/x")), "promote/x is not the branch of a promotion"),
        (
            faults.fault(Outlived("promote/x-1.0.0", "https://x/7")),
            "promote/x-1.0.0 was the branch of https://x/7, which is over: nobody answers for what is on it",
        ),
        (
            faults.fault(ForeignCommit(COMMIT)),
            f"{'a' * 12} was not made by this tool, so nobody answers for it",
        ),
        (
            faults.fault(Removed("eso")),
            "eso: the artifact is gone; what is deployed of it can be rolled back",
        ),
        (faults.fault(TakenBack("bob", "prod")), "bob has taken back prod"),
        (
            faults.fault(MayNotAsk("bob", "prod", NotPromoter("prod", ("ann",)))),
            "bob asked for prod, and may not: the promoters of prod are ann",
        ),
        (
            faults.fault(NobodyAsked(("prod_1", "prod_2"))),
            "nobody is recorded to have asked for prod_1, prod_2",
        ),
        (
            faults.fault(Unapproved(("prod",), ("bob",), COMMIT)),
            f"prod: asked for by bob, and nobody else has approved {'a' * 12}",
        ),
        (
            faults.fault(Unapproved(("prod", "tt"), (), COMMIT, ("ann",))),
            f"prod, tt: asked for by nobody, and nobody else has approved {'a' * 12}; ann asked for it too",
        ),
        (faults.fault(FluxError("eso 1.0.0 is not published")), "eso 1.0.0 is not published"),
    ],
}


def test_the_whole_of_it() -> None:
    assert_said(faults, SAID)
