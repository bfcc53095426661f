"""The output of `inv cluster.manifests`: YAML for kubectl."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flux.commands.cluster.manifests import ClusterManifests
    from flux.report.report import Report


def show_manifests(report: Report, found: Sequence[ClusterManifests]) -> None:
    every = {each.environment: each.documents for each in found}
    if report.document({"environments": every}):
        return
    documents = dict.fromkeys(text for each in found for text in each.documents.values())
    for at, text in enumerate(documents):
        if at:
            report.print("---")
        for line in text.splitlines():
            report.print(line, whole=True)
