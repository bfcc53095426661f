"""What a document has beside a command's result."""

import sys

import pytest

from flux.errors import FluxError, RequestError
from flux.report.json_document import Record, error_document, with_error

ERROR = RequestError("there is no artifact 'ap'", "did you mean app?")


def test_a_command_that_is_refused_has_errors_and_no_result() -> None:
    record = Record()
    record.add_error(ERROR, ())
    assert record.document() == {
        "schema": 1,
        "notices": [],
        "errors": [
            {
                "about": [],
                "kind": "the-request-is-wrong",
                "message": "there is no artifact 'ap'",
                "hint": "did you mean app?",
            }
        ],
    }


def test_a_dry_run_says_so_and_what_it_would_write() -> None:
    record = Record(dry_run=True)
    record.result = {"issue": None}
    record.would.append("open issue 'x'")
    record.notices.append("slow")
    assert [*record.document()] == ["schema", "dry_run", "would", "issue", "notices", "errors"]
    assert record.document()["would"] == ["open issue 'x'"]
    assert "would" not in Record().document()


def test_a_part_that_failed_says_why() -> None:
    assert with_error({"artifact": "app"}, None) == {"artifact": "app"}
    assert with_error({"artifact": "app"}, ERROR)["error"] == error_document(ERROR)


def test_a_hint_names_the_program_that_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/usr/bin/flux-artifacts", "tag"])
    assert error_document(FluxError("no", "say `inv tag`"))["hint"] == "say `flux-artifacts tag`"
