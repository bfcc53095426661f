"""Why a version may not go to an environment yet."""

from flux.promotion.clusters.health import Failure, Health, Running, Silence
from flux.promotion.gates.freeze import Freeze
from flux.promotion.gates.gate import GateVerdict
from flux.promotion.gates.reason import (
    Behind,
    Fails,
    NotRunning,
    OutsideWindow,
    PhaseRolledBack,
    RolledBack,
    Soaks,
    UnderFreeze,
)
from flux.promotion.gates.window import read_window
from flux.promotion.texts import gates
from tests.promotion.texts.snapshots import assert_said

FAILING = Health(Running.FAILING, 60, Failure(("eso", "eu"), "no"))
WAITING = Health(Running.WAITING, 60, Silence((("eso", "eu"),)))
WINDOWS = (read_window("Mon 08:00-09:00"), read_window("Tue 08:00-09:00"))

SAID = {
    "reason": [
        (gates.reason(UnderFreeze(Freeze("holidays", "ann"))), "everything is frozen by ann: holidays"),
        (gates.reason(UnderFreeze(Freeze("holidays", "ann", "prod"))), "prod is frozen by ann: holidays"),
        (gates.reason(Behind("at", "1.0.0")), "at does not have 1.0.0 yet"),
        (gates.reason(Fails("at", "1.0.0", FAILING)), "at fails with 1.0.0: eso in eu: no"),
        (gates.reason(RolledBack("at", "1.0.0")), "at was rolled back from 1.0.0"),
        (gates.reason(PhaseRolledBack("prod", "1.0.0")), "prod was rolled back from 1.0.0"),
        (
            gates.reason(NotRunning("at", "1.0.0", WAITING)),
            "at does not run 1.0.0 yet: waits for eso in eu",
        ),
        (
            gates.reason(NotRunning("at", "1.0.0", Health(Running.UNKNOWN))),
            "no cluster has ever reported in at",
        ),
        (
            gates.reason(NotRunning("at", "1.0.0", Health(Running.RUNNING, 60, returned=True))),
            "at got 1.0.0 again, and its clusters have not reported it since",
        ),
        (
            gates.reason(Soaks("at", "1.0.0", 7200, 60, 3600)),
            "at has to run 1.0.0 for 2h, until 1970-01-01 01:00 UTC",
        ),
        (gates.reason(Soaks("at", "1.0.0", 7200, 60, None)), "at ran 1.0.0 for 1m of 2h"),
        (
            gates.reason(OutsideWindow(WINDOWS, 3601)),
            "it is outside of Mon 08:00-09:00 UTC, Tue 08:00-09:00 UTC; it opens at 1970-01-01 01:01 UTC",
        ),
        (gates.reason(OutsideWindow(WINDOWS[:1], None)), "it is outside of Mon 08:00-09:00 UTC"),
    ],
    "waiting": [
        (
            str(gates.waiting({name: GateVerdict((Behind("at", "1.0.0"),)) for name in ("tt", "prod")})),
            "{'at does not have 1.0.0 yet': ['tt', 'prod']}",
        ),
    ],
    "reasons": [
        (gates.reasons(GateVerdict()), ""),
        (
            gates.reasons(GateVerdict((Behind("at", "1.0.0"), RolledBack("tt", "1.0.0")))),
            "at does not have 1.0.0 yet; tt was rolled back from 1.0.0",
        ),
    ],
}


def test_the_whole_of_it() -> None:
    assert_said(gates, SAID)
