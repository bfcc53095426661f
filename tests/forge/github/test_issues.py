"""Whose issues are ours."""

from pathlib import Path

import pytest

from flux.errors import ForgeError
from tests.forge.conftest import Place
from tests.forge.github.replies import THERE, forge_at, reply
from tests.github.server import GitHub
from tests.github.state import Role
from tests.registry.scripted import scripted
from tests.repo import Repo
from tests.servers import Answer


def test_an_issue_that_was_moved_away_is_not_ours() -> None:
    elsewhere = {
        "number": 9,
        "repository_url": "/repos/owner/other",
        "html_url": "https://x/owner/other/issues/9",
    }
    moved = Answer(301, b"{}", [("Location", "http://{host}/repositories/2/issues/9")])
    with scripted(THERE, moved, reply(elsewhere)) as script:
        assert forge_at(script).issue(3) is None


def test_an_issue_that_went_elsewhere_is_none_here(hub: Place, server: GitHub, tmp_path: Path) -> None:
    other = Repo(tmp_path / "other")
    other.commit("start", files={"README.md": "Other\n"})
    server.add_repository("octo/other", other.bare_origin().path, {"alice": Role.ADMIN})
    numbers = [hub.forge.create_issue("Title", "Body", "flux-release", None).number for _ in range(3)]
    server.transfer(numbers[0], "octo/other")
    server.delete_issue(numbers[1])
    assert [hub.forge.issue(number) is None for number in numbers] == [True, True, False]
    assert [issue.number for issue in hub.forge.issues("flux-release")] == numbers[2:]
    for number in numbers[:2]:
        with pytest.raises(ForgeError):
            hub.forge.create_comment(number, "x")
    assert server.repository("octo/other").issues[1].body == "Body"


def test_an_edit_in_the_second_of_the_comment_is_seen_exactly(hub: Place, server: GitHub) -> None:
    number = hub.forge.create_issue("Title", "Body", "flux-release", None).number
    made = [hub.forge.create_comment(number, "ours").id for _ in range(3)]
    hub.forge.edit_comment(number, made[1], "another")
    assert [comment.edited for comment in hub.forge.comments(number)] == [False] * 3
    assert [comment.edited for comment in hub.forge.comments(number, exact=True)] == [False, True, False]
    (asked,) = [request for request in server.requests if request.path == "/graphql"]
    assert asked.login


def test_of_very_many_comments_some_are_asked_about_at_once(
    hub: Place, server: GitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flux.forge.github.issues._MOST_NODES", 2)
    number = hub.forge.create_issue("Title", "Body", "flux-release", None).number
    made = [hub.forge.create_comment(number, "ours").id for _ in range(3)]
    hub.forge.edit_comment(number, made[2], "another")
    assert [comment.edited for comment in hub.forge.comments(number, exact=True)] == [False, False, True]
