"""What became of each artifact, and the digests for what comes after."""

import json
from pathlib import Path

import pytest

from flux.commands.build import Build, Result
from flux.commands.publish import Published
from flux.report.build import building, show_build, show_published
from tests.report.showing import COMMIT, DIGEST, Stage

PUSHED = Result(
    "app", "ghcr.io/o/app", f"main@sha1:{COMMIT}", DIGEST, None, ("cccccccccccc", "latest"), "pushed"
)
FAILED = [
    Result(name, f"ghcr.io/o/{name}", f"main@sha1:{COMMIT}", error="the registry broke off", hint="again")
    for name in ("b", "c")
]
BUILD = Build(COMMIT, [PUSHED, *FAILED], ["latest stays"])


def test_a_log(stage: Stage) -> None:
    shown = stage.log(lambda report: show_build(report, BUILD, None, dry_run=False))
    assert shown.lines[0].split() == ["Artifact", "Action", "Revision", "Tags", "Digest"]
    assert shown.lines[2].split() == ["app", "pushed", "c" * 12, "c" * 12, "latest", DIGEST]
    # One reason for two artifacts is one error.
    assert shown.err.splitlines() == ["latest stays", "error: b, c: the registry broke off", "hint: again"]


def test_nothing(stage: Stage) -> None:
    shown = stage.log(lambda report: show_build(report, Build(COMMIT, []), None, dry_run=False))
    assert shown.lines == ["No artifact changed: nothing to build."]


@pytest.mark.parametrize("dry_run", [False, True])
def test_digests_are_of_what_was_done(stage: Stage, tmp_path: Path, dry_run: bool) -> None:
    file = tmp_path / "digests.json"
    shown = stage.job(lambda report: show_build(report, BUILD, str(file), dry_run))
    assert ("digests" in shown.outputs, file.exists()) == (not dry_run, not dry_run)
    if not dry_run:
        assert json.loads(file.read_text()) == shown.outputs["digests"] == BUILD.digests()
    assert f"### {'Plan for' if dry_run else 'Images of'} {'c' * 12}" in shown.summary
    commit = f"[{'c' * 12}](https://github.com/octo/mono/commit/{COMMIT})"
    assert ["app", "pushed", commit, f"{'c' * 12} latest", DIGEST] in shown.rows


def test_a_log_has_a_line_as_each_is_done(stage: Stage) -> None:
    def build(dry_run: bool) -> list[str]:
        def show(report: object) -> None:
            with building(report, 1, dry_run) as done:  # type: ignore[arg-type]
                done(PUSHED)

        return stage.log(show).lines

    assert build(False) == [f"app: pushed {DIGEST}"]
    assert build(True) == [f"app: would be pushed {DIGEST}"]


def test_json(stage: Stage) -> None:
    shown = stage.json(lambda report: show_build(report, BUILD, None, dry_run=False))
    assert shown.document == BUILD.document()
    assert "error: b, c: the registry broke off" in shown.err


def test_a_release_that_is_published(stage: Stage) -> None:
    published = Published("app-v1.0.0", PUSHED, same_as="cccccccccccc")
    shown = stage.log(lambda report: show_published(report, published, None, dry_run=False))
    assert shown.lines == [f"app-v1.0.0: pushed ghcr.io/o/app@{DIGEST}, same digest as cccccccccccc"]
    planned = stage.log(lambda report: show_published(report, published, None, dry_run=True))
    assert planned.lines[0].startswith("app-v1.0.0: would be pushed ")
    job = stage.job(lambda report: show_published(report, published, None, dry_run=False))
    assert job.outputs == {"digests": {"app": f"ghcr.io/o/app@{DIGEST}"}}


def test_a_tag_that_is_none_of_ours(stage: Stage) -> None:
    published = Published("v1", None, notices=["not ours"])
    shown = stage.log(lambda report: show_published(report, published, None, dry_run=False))
    assert (shown.out, shown.err) == ("", "not ours\n")
    assert stage.json(lambda report: show_published(report, published, None, False)).document == (
        published.document()
    )


def test_a_release_that_is_not_published(stage: Stage) -> None:
    published = Published("b-v1.0.0", FAILED[0])
    shown = stage.job(lambda report: show_published(report, published, None, dry_run=False))
    assert shown.outputs == {}
    assert shown.lines == ["::error::b: the registry broke off%0Aagain"]
