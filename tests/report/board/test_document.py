"""The document of a board has all that its pages show."""

import json
from dataclasses import replace

from flux.artifact.difference import difference
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
        "cluster": {"state": "failing", "since": MADE - DAY, "message": "eso in eu: text", "returned": False},
        "next": {
            "version": "1.1.0",
            "by_rule": True,
            "allowed": False,
            "when": MADE + DAY,
            "reasons": ["at fails with text: "],
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


def test_long_differences_are_cut() -> None:
    """Of each file, of each line, and of all together; the rest is counted."""
    content = "".join(f"{at}\n" for at in range(990)).encode()
    files = tuple(difference({}, {f"{at}.yaml": content for at in range(5)} | {"long.yaml": b"z" * 5000}))
    one = artifact()
    made = document(board(replace(one, comparisons=[replace(one.comparisons[0], files=files)])))
    (comparison,) = made["artifacts"][0]["comparisons"]
    assert [len(file["lines"]) for file in comparison["files"]] == [400, 400, 400, 300, 0, 0]
    assert [file["more_lines"] for file in comparison["files"]] == [595, 595, 595, 695, 995, 7]
    (long,) = document(board(replace(one, comparisons=[replace(one.comparisons[0], files=files[-1:])])))[
        "artifacts"
    ][0]["comparisons"][0]["files"]
    assert max(map(len, long["lines"])) == 1001
