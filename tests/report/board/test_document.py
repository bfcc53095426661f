"""The document of a board has all that its pages show."""

import json

from flux.report.board.document import document
from tests import documents
from tests.report.board.boards import DAY, MADE, artifact, board
from tests.report.showing import COMMIT, DIGEST, OTHER


def test_a_document() -> None:
    made = document(board(artifact()))
    assert json.loads(json.dumps(made)) == made
    assert documents.faults("board", made) == []
    assert (made["schema"], made["made"], made["branch"], made["tip"]) == (1, MADE, "main", COMMIT)
    (one,) = made["artifacts"]
    assert one["environments"]["prod"] == {
        "version": "1.0.0",
        "has": "text",
        "digest": OTHER,
        "drifts": True,
        "unknown": False,
        "fault": None,
        "since": MADE - DAY,
        "cluster": {"state": "failing", "since": MADE - DAY, "message": "text", "returned": False},
        "next": {
            "version": "1.1.0",
            "by_rule": True,
            "allowed": False,
            "when": MADE + DAY,
            "reasons": ["text"],
        },
    }
    assert one["environments"]["at"]["next"] is None
    assert [phase["rule"] for phase in made["phases"]] == [
        [],
        ["after at", "runs for 2d in the phase before", "by itself: patch", "GitHub merges"],
    ]
    (freeze,) = made["freezes"]
    assert (freeze["phase"], freeze["until"]) == ("prod", MADE + DAY)
    assert "ann: slow" in freeze["text"]
    assert one["environments"]["at"]["digest"] == DIGEST
    assert [change["direction"] for change in one["changes"]] == ["rollback", "first", "first"]
    assert one["comparisons"][0]["files"][0] == {
        "path": "text",
        "kind": "added",
        "lines": [
            *("diff --git a/text b/text", "new file mode 100644", "--- /dev/null", "+++ b/text"),
            *("@@ -0,0 +1 @@", "+text", "\\ No newline at end of file"),
        ],
        "more_lines": 0,
    }
    assert one["measures"]["weekly"] == [0] * 26
