"""What `--json` prints: one document with the result, notices and errors."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flux.errors import FluxError
from flux.report.text import as_typed

SCHEMA = 1
"""The version of all documents. A field may be added under the same version; none is renamed or removed."""


@dataclass
class Record:
    """One command's document, as it grows. A command that is refused has no result."""

    dry_run: bool = False
    result: dict[str, Any] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)
    would: list[str] = field(default_factory=list)
    """What a dry run would have written."""

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
    """What happened, and what to do. The hint may be empty; the kind is its heading in the docs."""
    return {"kind": error.anchor, "message": as_typed(error.message), "hint": as_typed(error.hint)}


def with_error(document: dict[str, Any], error: FluxError | None) -> dict[str, Any]:
    """A part of a document, with the error of what it is about."""
    return {**document, "error": error_document(error)} if error else document
