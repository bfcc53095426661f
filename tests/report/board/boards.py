"""Boards that tests show."""

from typing import Any

from flux.artifact.difference import difference
from flux.commands.board import Board, BoardArtifact, Cell
from flux.environments.log import Logged
from flux.environments.outlook import Outlook
from flux.environments.version_differences import VersionDifference
from flux.forge.forge import PullRequest, PullState
from flux.monorepo.release_details import ReleaseDetails
from flux.promotion.clusters.health import Failure, Health, Running
from flux.promotion.gates.freeze import Freeze
from flux.promotion.gates.gate import GateVerdict
from flux.promotion.gates.reason import Fails
from flux.promotion.gates.rule import Auto, Merge, Rule
from flux.promotion.measures import measure
from flux.promotion.plan import Action, Step
from flux.promotion.proposal import Promotion
from flux.promotion.timeline import Direction, LogEntry
from flux.report.board.document import document
from tests.report.showing import COMMIT, DIGEST, OTHER

HOSTILE = "<script>alert(1)</script>\"'`{{ 7*7 }}&amp;"
DAY = 24 * 3600
MADE = 1_800_000_000.0


def artifact(name: str = "app", text: str = "text") -> BoardArtifact:
    """One with all that can be there; `text` is what people wrote everywhere."""
    same = Step(name, "at", "1.1.0", DIGEST, DIGEST, Action.UNCHANGED)
    drifting = Step(name, "prod", "1.0.0", OTHER, DIGEST, Action.MOVE)
    pull = PullRequest(
        *(7, text, "", "b", COMMIT, "main", PullState.MERGED, text, "https://example.com/7"), merger=text
    )
    entries = [
        LogEntry(name, "prod", "1.1.0", "1.0.0", Direction.ROLLBACK, COMMIT, int(MADE) - DAY, (text,)),
        LogEntry(name, "prod", None, "1.1.0", Direction.FIRST, COMMIT, int(MADE) - 3 * DAY),
        LogEntry(name, "at", None, "1.1.0", Direction.FIRST, COMMIT, int(MADE) - 5 * DAY),
    ]
    changes = [Logged(entry, MADE - 9 * DAY, pull, (text,)) for entry in entries]
    files = tuple(difference({"x.yaml": b"a: 1\n"}, {"x.yaml": b"a: 2\n", text: text.encode()}))
    return BoardArtifact(
        name,
        f"ghcr.io/o/{name}",
        3,
        {
            "at": Cell(same, "1.1.0", MADE - 5 * DAY, Health(Running.RUNNING, MADE - DAY)),
            "prod": Cell(
                *(drifting, text, MADE - DAY),
                health=Health(Running.FAILING, MADE - DAY, Failure(("eso", "eu"), text)),
                next=Outlook(
                    "prod",
                    "1.0.0",
                    "1.1.0",
                    GateVerdict((Fails("at", text, Health(Running.FAILING)),), MADE + DAY),
                    True,
                ),
            ),
        },
        [
            ReleaseDetails(
                "1.1.0", f"{name}-v1.1.0", COMMIT, MADE - 9 * DAY, f"# {text}", "https://example.com/r"
            )
        ],
        changes,
        [(Promotion(name, "1.2.0"), pull)],
        [VersionDifference("1.0.0", "1.1.0", (("prod",), ("at",)), ((f"chart {text}", "1", "2"),), files, 3)],
        measure([], (), MADE),
    )


def board(*artifacts: BoardArtifact, notice: str = "slow") -> Board:
    phases = {"at": ("at",), "prod": ("prod", "prod2")}
    measures = measure([], (), MADE)
    rules = {"prod": Rule(after="at", soak=2 * DAY, auto=Auto.PATCH, merge=Merge.AUTO)}
    return Board(
        *(MADE, "https://github.com/o/r", "main", COMMIT, phases, artifacts, measures, [notice]),
        rules=rules,
        freezes=(Freeze(notice, "ann", "prod", MADE + DAY),),
    )


def large(artifacts: int, environments: int) -> dict[str, Any]:
    """The document of a board of that size."""
    names = [f"environment{at:02}" for at in range(environments)]
    found = document(board(artifact()))
    (one,) = found["artifacts"]
    place = one["environments"]["at"]
    rows = [
        {**one, "artifact": f"app{at:04}", "environments": dict.fromkeys(names, place)}
        for at in range(artifacts)
    ]
    half = environments // 2
    phases = [
        {"name": "at", "environments": names[:half], "rule": []},
        {"name": "prod", "environments": names[half:], "rule": []},
    ]
    return {**found, "artifacts": rows, "phases": phases}
