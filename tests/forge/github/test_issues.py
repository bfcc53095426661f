"""Whose issues are ours."""

from tests.forge.github.replies import THERE, forge_at, reply
from tests.registry.scripted import scripted
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
