"""What `inv sign` shows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flux.commands.sign import Signing
    from flux.report.report import Report


def show_signing(report: Report, signing: Signing, checksums: str | None, dry_run: bool) -> None:
    if checksums and not dry_run:
        lines = signing.checksums()
        Path(checksums).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        report.outputs({"checksums": len(lines)})
    header = ("Artifact", "Signature", "Image")
    rows = [(each.artifact, each.action, each.reference) for each in signing.signatures]
    report.summary("Signatures", header, rows)
    if not report.document(signing.document()):
        if rows:
            report.table(header, rows)
        else:
            report.print("No image to sign.")
    for each in signing.failed:
        report.failure([each.artifact], each.error, each.hint)
