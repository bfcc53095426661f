"""What the check on a pull request says."""

from flux.errors import FluxError
from flux.promotion.gates.gate import GateVerdict
from flux.promotion.gates.reason import Behind
from flux.promotion.texts import check
from tests.promotion.texts.snapshots import assert_said

WAITS = GateVerdict((Behind("at", "1.0.0"),))

SAID = {
    "check_description": [
        (check.check_description({}), "the rules hold"),
        (
            check.check_description({"tt": WAITS, "prod": WAITS}),
            "tt: at does not have 1.0.0 yet; prod: at does not have 1.0.0 yet",
        ),
    ],
    "check_not_set": [
        (
            check.check_not_set("flux-artifacts/rules", FluxError("GitHub broke off")),
            "the check flux-artifacts/rules was not set: GitHub broke off",
        ),
    ],
}


def test_the_whole_of_it() -> None:
    assert_said(check, SAID)


def test_it_is_never_longer_than_github_takes() -> None:
    said = check.check_description({f"environment{number}": WAITS for number in range(9)})
    assert len(said) == 140
    assert said.endswith("…")
