"""A release that is made, planned, or there already."""

from dataclasses import replace
from functools import partial

import pytest
from semver import Version

from flux.commands.release import MadeRelease, PlannedRelease
from flux.errors import ForgeError
from flux.forge.forge import Release
from flux.forge.place import Place
from flux.report.release import document, show_forge, show_planned_release, show_released
from tests.report.showing import COMMIT, Stage

URL = "https://github.com/octo/mono/releases/tag/app-v1.0.0"
RELEASE = Release("app-v1.0.0", COMMIT, "app 1.0.0", "", False, "alice", URL, 0.0)
PLANNED = PlannedRelease(
    "app", Version(1), "app-v1.0.0", COMMIT, "### Added\n\n- \x1b[31m", uncommitted=("artifacts/app/x",)
)


def test_a_dry_run_shows_the_notes(stage: Stage) -> None:
    shown = stage.log(lambda report: show_planned_release(report, PLANNED))
    assert shown.lines == [
        f"app-v1.0.0 would be released at {'c' * 12}, with these notes:",
        "",
        "### Added",
        "",
        "- \\x1b[31m",
    ]
    assert shown.err == "app: not committed, so in no image: artifacts/app/x\n"
    shown = stage.json(lambda report: show_planned_release(report, PLANNED))
    assert shown.document == document(PLANNED, None)
    assert shown.document["release"]["url"] is None


@pytest.mark.parametrize(
    ("place", "urls", "said"),
    [
        (Place("github", "https://api.github.com", "octo/mono"), [], "github.com/octo/mono"),
        (
            Place("local"),
            ["git@gitlab.com:o/m.git"],
            "https://gitlab.com/o/m as a git tag, without a release page",
        ),
        (
            Place("local"),
            ["https://u:p/w@x/o"],
            "origin, whose URL names no host, as a git tag, without a release page",
        ),
        (Place("local"), ["/srv/mono", ""], ""),
        (
            Place("local"),
            ["/srv/mirror", "/srv/mirror", "git@github.com:octo/m"],
            "https://github.com/octo/m as a git tag, without a release page",
        ),
        (Place("local"), [], ""),
    ],
)
def test_where_it_goes_is_said_before(stage: Stage, place: Place, urls: list[str], said: str) -> None:
    for dry_run, goes in ((False, "goes"), (True, "would go")):
        show = partial(show_forge, planned=PLANNED, place=place, urls=urls, dry_run=dry_run)
        shown = stage.log(show)
        assert shown.err == (f"app-v1.0.0 {goes} to {said}\n" if said else "")
        assert shown.lines == []


@pytest.mark.parametrize(
    ("is_new", "url", "said"),
    [
        (True, URL, f"released at {'c' * 12}, {URL}"),
        (False, URL, f"is released already at {'c' * 12}, {URL}"),
        (True, "file:///x", f"released at {'c' * 12}, `git show app-v1.0.0`"),
    ],
)
def test_what_was_done(stage: Stage, is_new: bool, url: str, said: str) -> None:
    planned = replace(PLANNED, release=None if is_new else RELEASE, uncommitted=())
    made = MadeRelease(planned, replace(RELEASE, url=url))
    shown = stage.log(lambda report: show_released(report, made))
    assert (shown.lines, shown.err) == ([f"app-v1.0.0: {said}"], "")


def test_a_job_and_what_failed_after_it(stage: Stage) -> None:
    failed = ForgeError("a workflow was not started", "start it")
    made = MadeRelease(replace(PLANNED, uncommitted=()), RELEASE, ("slow",), (failed,))
    shown = stage.job(lambda report: show_released(report, made))
    assert shown.outputs == {"tag": "app-v1.0.0"}
    assert shown.rows == [[f"[app-v1.0.0]({URL})", COMMIT]]
    assert "::warning::slow" in shown.lines
    assert shown.lines[-1] == "::error::a workflow was not started%0Astart it"
