"""The output of `inv issue`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flux.report.text import Link, place

if TYPE_CHECKING:
    from flux.proposals.new_issue import Opened
    from flux.report.report import Report


def show_issue(report: Report, opened: Opened) -> None:
    report.notices(opened.notices)
    issue = opened.issue
    if issue and not issue.number:  # in a dry run, the issue does not exist yet
        if not report.document(document(opened)):
            report.print(f"{opened.tag}: would open its issue")
        return
    if issue:
        report.outputs({"issue": issue.number})
        row = (Link(f"#{issue.number}", issue.url), opened.action)
        report.summary(f"Promotion issue of {opened.tag}", ("Issue", "What"), [row])
    if not report.document(document(opened)) and issue:
        report.print(f"{opened.tag}: {opened.action} issue {issue.number}, {place(issue.url)}")


def document(opened: Opened) -> dict[str, Any]:
    issue = opened.issue
    if issue is None:
        return {"tag": opened.tag, "issue": None}
    # The issue of a dry run does not exist yet.
    number, url = (issue.number, issue.url) if issue.number else (None, None)
    return {"tag": opened.tag, "issue": {"number": number, "url": url, "action": opened.action}}
