"""Statuses and deployments as files."""

from pathlib import Path

import pytest

from flux.errors import ForgeError
from flux.forge.reporting import CommitStatus
from tests.forge.conftest import Place

TOLD = CommitStatus(0, "flux/x", "success", "reconciliation succeeded", "flux-reporter[bot]", 1000.5)


def test_what_an_event_tells_is_kept_once(local: Place) -> None:
    assert local.forge.keep_status(local.tip, TOLD)
    assert not local.forge.keep_status(local.tip, TOLD)
    (kept,) = local.forge.statuses(local.tip)
    assert (kept.creator, kept.created, kept.description) == (TOLD.creator, TOLD.created, TOLD.description)


def test_they_are_files_of_their_own(local: Place, tmp_path: Path) -> None:
    local.forge.keep_status(local.tip, TOLD)
    local.forge.create_deployment("main", "prod", "flux:eso", {"version": "1.0.0"}, "eso 1.0.0")
    root = Path(local.url.removeprefix("file://")) / ".forge"
    assert (root / "statuses" / "1.md").read_text().startswith("---\ncommit: ")
    assert "version: 1.0.0\n" in (root / "deployments" / "1.md").read_text()
    assert local.forge.create_issue("Title", "", "label", None).number == 1


@pytest.mark.parametrize("created", ["yesterday", ".nan", "true", "null"])
def test_a_time_that_is_none_is_named(local: Place, created: str) -> None:
    local.forge.keep_status(local.tip, TOLD)
    path = Path(local.url.removeprefix("file://")) / ".forge" / "statuses" / "1.md"
    path.write_text(path.read_text().replace("created: 1000.5", f"created: {created}"))
    with pytest.raises(ForgeError, match=r"`created` is .*, which is not a number"):
        local.forge.statuses(local.tip)


def test_there_is_no_such_deployment(local: Place) -> None:
    with pytest.raises(ForgeError, match="there is no deployment 7"):
        local.forge.deployment_state(7)


def test_people_merge_with_git(local: Place) -> None:
    assert not local.forge.merge_once_green(1, local.tip)
    local.forge.merge_by_person(1)
    assert local.propose().auto_merge == ""
