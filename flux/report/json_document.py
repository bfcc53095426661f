"""The output of `--json`: one document with the result, notices and errors."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flux.errors import FluxError
from flux.report.text import as_typed

SCHEMA = 1
"""The version of all documents. New fields keep the version. No field is renamed or removed in a version."""


@dataclass
class Record:
    """The document of one command, while it is collected. A refused command has no result."""

    dry_run: bool = False
    result: dict[str, Any] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)
    would: list[str] = field(default_factory=list)
    """The changes that a dry run would have made."""

    def add_error(self, error: FluxError, about: Sequence[str]) -> None:
        self.errors.append({"about": list(about), **error_document(error)})

    def document(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            **({"dry_run": True, "would": self.would} if self.dry_run else {}),
            **self.result,
            "notices": self.notices,
            "errors": self.errors,
        }


def error_document(error: FluxError) -> dict[str, str]:
    """Return the message, the hint and the kind of an error. The hint may be empty. The kind is the heading
    in the docs."""
    return {"kind": error.anchor, "message": as_typed(error.message), "hint": as_typed(error.hint)}


def with_error(document: dict[str, Any], error: FluxError | None) -> dict[str, Any]:
    """Return a part of a document, with the error about it added."""
    return {**document, "error": error_document(error)} if error else document
