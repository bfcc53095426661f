"""What deployments say."""

from flux.promotion.gates.move import Move
from flux.promotion.texts import deployment
from tests.promotion.texts.snapshots import assert_said

ONE, OTHER = (Move("eso", name, "1.0.0", "", "", 0) for name in ("at", "prod"))

SAID = {
    "deployed": [(deployment.deployed(ONE), "eso 1.0.0")],
    "first_description": [
        (deployment.first_description(True), "waits for its clusters"),
        (deployment.first_description(False), "its tag was moved; no cluster has to report"),
    ],
    "not_recorded": [
        (deployment.not_recorded([ONE]), "eso 1.0.0 in at is not recorded"),
        (deployment.not_recorded([ONE, OTHER]), "2 moves are not recorded, eso 1.0.0 in at and others"),
    ],
    "not_updated": [(deployment.not_updated("eso", "prod"), "the deployment of eso to prod")],
}


def test_the_whole_of_it() -> None:
    assert_said(deployment, SAID)
