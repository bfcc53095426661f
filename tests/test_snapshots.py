"""What GitHub shows of our texts: rendered by its own Markdown parser, held against files that people read.

`FLUX_TESTS_SNAPSHOTS=write` writes the files anew.
"""

import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options

from flux.artifact.difference import difference
from flux.event import Event
from flux.promotion.proposal import Promotion, VersionChange
from flux.promotion.texts.comment import EnvironmentRow, standing_comment
from flux.promotion.texts.issue import issue_body
from flux.promotion.texts.release import release_notes
from flux.promotion.texts.request import Background, Span, request_body
from flux.release.commits import LoggedCommit
from flux.report.report import Report
from flux.report.text import Link
from tests.promotion.samples import CURRENT, MARKER, NEWS, PHASES

SNAPSHOTS = Path(__file__).parent / "snapshots"
SOURCE = "https://github.com/octo/monorepo"
DIGEST = f"sha256:{'ab' * 32}"
OPTIONS = Options.CMARK_OPT_FOOTNOTES | Options.CMARK_OPT_UNSAFE  # GitHub keeps <details>
HOSTILE = "<img src=x> @octocat closes #1 | `x` [x](http://evil.example) **b**"


def issue() -> str:
    return issue_body(MARKER, NEWS, {"dev": ("dev",), **PHASES}, CURRENT)


def comment() -> str:
    standings = [
        EnvironmentRow("at_ring1", "1.1.0", True),
        EnvironmentRow("at_ring2", "1.1.0", False),
        EnvironmentRow("tt_ring1", "1.0.0", True, f"{SOURCE}/pull/4"),
        EnvironmentRow("prod_ring1", "1.0.0", False),
        EnvironmentRow("prod_ring2", None, False),
    ]
    return standing_comment(MARKER, standings, "ghcr.io/octo/monorepo/eso:1.1.0", ["Unticked `tt_ring2`."])


def request() -> str:
    changes = [VersionChange("at_ring1", None, "1.1.0"), VersionChange("prod_ring1", "1.0.0", "1.1.0")]
    files = difference({"a.yaml": b"version: 1\n"}, {"a.yaml": b"version: 2\n```\n</details>\n"})
    span = Span("1.0.0", ["- feat: x"], f"{SOURCE}/compare/a...b", files, upgrades=NEWS.upgrades or ())
    background = Background(
        f"ghcr.io/octo/monorepo/eso@{DIGEST}",
        f"{SOURCE}/issues/3",
        ["1.1.0 is not yet in `at_ring2`."],
        [Span(None, difference=files), span],
        {"octocat": ["at_ring1"]},
    )
    return request_body(Promotion("eso", "1.1.0"), changes, background, rollback=False)


def notes() -> str:
    commits = [
        LoggedCommit("c" * 40, f"feat(eso)!: {HOSTILE}", f"BREAKING CHANGE: {HOSTILE}\n"),
        LoggedCommit("d" * 40, "fix: a bug"),
    ]
    tags = ("flux-oci-eso-v1.0.0", "flux-oci-eso-v1.1.0")
    return release_notes(commits, SOURCE, {"chart": {"1.0"}}, {"chart": {"2.0"}, HOSTILE: {"1"}}, tags)


def summary(folder: Path) -> str:
    file = folder / "summary.md"
    file.touch()
    event = Event(True, None, None, file, repository="octo/monorepo")
    report = Report(event, as_json=False)
    report.summary("Images of cccccccccccc", ("Artifact", "Action"), [("eso", "pushed"), (HOSTILE, "failed")])
    report.summary("Open promotions", ("Pull request",), [(Link(HOSTILE, f"{SOURCE}/pull/4"),)])
    report.summary("Nothing", ("Artifact",), [])
    report.details(HOSTILE, "```diff\n+ x\n```")
    return file.read_text()


TEXTS: dict[str, Callable[[Path], str]] = {
    "issue": lambda folder: issue(),
    "comment": lambda folder: comment(),
    "request": lambda folder: request(),
    "notes": lambda folder: notes(),
    "summary": summary,
}


def rendered(text: str) -> str:
    html: str = cmarkgfm.github_flavored_markdown_to_html(text, OPTIONS)
    return html


@pytest.mark.parametrize("name", TEXTS)
def test_what_github_shows(name: str, tmp_path: Path) -> None:
    html = rendered(TEXTS[name](tmp_path))
    file = SNAPSHOTS / f"{name}.html"
    if os.environ.get("FLUX_TESTS_SNAPSHOTS") == "write":
        file.write_text(html, encoding="utf-8")
    assert html == file.read_text(encoding="utf-8"), "FLUX_TESTS_SNAPSHOTS=write writes it anew"
    assert "<img" not in html
    assert name == "summary" or 'evil.example"' not in html, "a URL is a link in a summary alone"


@pytest.mark.parametrize("name", ["issue", "comment"])
def test_no_digest_is_in_sight(name: str, tmp_path: Path) -> None:
    html = rendered(TEXTS[name](tmp_path))
    visible = re.sub(r"<[^>]*>", "", re.sub(r"<!--.*?-->", "", html, flags=re.DOTALL))
    assert "sha256:" not in visible


def test_a_text_that_changes_is_found() -> None:
    other = issue_body(MARKER, replace(NEWS, since="0.9.0"), PHASES, CURRENT)
    assert rendered(other) != (SNAPSHOTS / "issue.html").read_text(encoding="utf-8")
