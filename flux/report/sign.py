"""The output of `inv sign`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from flux.report.json_document import with_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flux.monorepo.signing import Signing
    from flux.report.report import Report


def show_signing(report: Report, signing: Signing) -> None:
    header = ("Artifact", "Signature", "Image")
    rows = [(each.artifact, each.action, each.reference) for each in signing.signatures]
    report.summary("Signatures", header, rows)
    if not report.document(document(signing)):
        if rows:
            report.table(header, rows)
        else:
            report.print(signing.note or "No image to sign.")
    report.failures((each.artifact, each.error) for each in signing.failed)


def document(signing: Signing) -> dict[str, Any]:
    return {
        "signatures": [
            with_error(
                {"artifact": each.artifact, "reference": each.reference, "action": each.action}, each.error
            )
            for each in signing.signatures
        ],
        "note": signing.note or None,
    }


def show_unattested(report: Report, references: Sequence[str], file: str) -> None:
    """Write the references to a file in the format of sha256sum."""
    lines = (f"{digest}  {name}\n" for name, digest in (each.split("@sha256:") for each in references))
    Path(file).write_text("".join(lines), encoding="utf-8")
    report.outputs({"unattested": len(references)})
