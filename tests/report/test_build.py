"""What became of each artifact, and the digests for what comes after."""

import json
from pathlib import Path

import pytest

from flux.errors import RegistryError
from flux.monorepo.builder import Build
from flux.report.build import building, document, image_document, show_build
from flux.report.json_document import error_document
from tests.report.showing import COMMIT, DIGEST, FAILED, PUSHED, Stage

BUILD = Build(COMMIT, [PUSHED, *FAILED], ["latest stays"])


def test_a_log(stage: Stage) -> None:
    shown = stage.log(lambda report: show_build(report, BUILD, None, dry_run=False))
    assert shown.lines[0].split() == ["Artifact", "Action", "Revision", "Tags", "Digest"]
    assert shown.lines[2].split() == ["app", "pushed", "c" * 12, "c" * 12, "latest", DIGEST[:19]]
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


def test_a_log_has_a_line_as_each_is_done(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def build(dry_run: bool) -> list[str]:
        def show(report: object) -> None:
            with building(report, 1, dry_run) as done:  # type: ignore[arg-type]
                done(PUSHED)

        return stage.log(show).lines

    assert build(False) == [f"app: pushed {DIGEST}"]
    assert build(True) == [f"app: would be pushed {DIGEST}"]
    monkeypatch.setenv("COLUMNS", "80")
    assert build(True) == [f"app: would be pushed {DIGEST[:19]}"]


def test_json(stage: Stage) -> None:
    shown = stage.json(lambda report: show_build(report, BUILD, None, dry_run=False))
    assert shown.document == document(BUILD)
    assert "error: b, c: the registry broke off" in shown.err


def test_an_image_in_json() -> None:
    assert image_document(PUSHED) == {
        "artifact": "app",
        "repository": "ghcr.io/o/app",
        "digest": DIGEST,
        "diff_id": None,
        "revision": f"main@sha1:{COMMIT}",
        "tags": ["cccccccccccc", "latest"],
        "action": "pushed",
    }


def test_an_image_that_failed_says_why() -> None:
    document = image_document(FAILED[0])
    assert (document["action"], document["error"]) == (
        "failed",
        error_document(RegistryError("the registry broke off", "again")),
    )
    assert "error" not in image_document(PUSHED)
