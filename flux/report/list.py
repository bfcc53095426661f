"""The output of `inv list`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flux.report.text import or_empty

if TYPE_CHECKING:
    from flux.commands.list import Listing
    from flux.report.report import Report


def show_listing(report: Report, listing: Listing) -> None:
    report.notices(listing.notices)
    if report.document(document(listing)):
        return
    rows = [
        (
            listed.artifact,
            listed.release or "none",
            "?" if listed.commits_since is None and listed.release else or_empty(listed.commits_since),
            {True: "yes", False: "", None: "?"}[listed.changed],
        )
        for listed in listing.artifacts
    ]
    report.table(("Artifact", "Last release", "Commits since", "Changed"), rows)


def document(listing: Listing) -> dict[str, Any]:
    return {
        "artifacts": [
            {
                "artifact": listed.artifact,
                "release": listed.release,
                "commits_since": listed.commits_since,
                "changed": listed.changed,
            }
            for listed in listing.artifacts
        ]
    }
