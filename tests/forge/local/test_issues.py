"""Issues as files, in the hands of people with an editor."""

from pathlib import Path

from tests.forge.conftest import Place
from tests.forge.local.written import ISSUE


def test_an_issue_is_a_file_that_people_can_read(local: Place, issue: Path) -> None:
    assert issue.read_text() == ISSUE
    found = local.forge.issue(1)
    assert found is not None
    assert found.url == issue.as_uri()


def test_the_assignee_is_noted_where_it_can_be_one(local: Place, root: Path) -> None:
    for assignee in (local.login, "someone else"):
        local.forge.create_issue("Title", "", "label", assignee)
    assert f"assignee: {local.login}\n" in (root / "issues" / "1.md").read_text()
    assert "assignee" not in (root / "issues" / "2.md").read_text()


def test_a_box_is_ticked_by_editing_the_file(local: Place, issue: Path) -> None:
    issue.write_text(ISSUE.replace("[ ] at", "[x] at"))
    found = local.forge.issue(1)
    assert found is not None
    assert found.body == "- [x] at\n- [ ] prod"
    assert found.updated == issue.stat().st_mtime


def test_an_issue_is_deleted_with_its_file(local: Place, issue: Path) -> None:
    issue.unlink()
    assert local.forge.issue(1) is None
    assert local.forge.issues("flux-release") == []
