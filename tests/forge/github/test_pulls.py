"""Whose pull requests are ours."""

from tests.forge.github.replies import REPOSITORY, THERE, forge_at, reply
from tests.registry.scripted import scripted


def test_the_branch_of_a_fork_is_not_ours() -> None:
    branch = {"ref": "topic", "sha": "a" * 40}
    pull = {
        "number": 3, "title": "", "body": None, "state": "open", "merged_at": None, "html_url": "https://x",
        "user": None, "base": {**branch, "repo": REPOSITORY},
    }  # fmt: skip
    pulls: list[object] = [
        {**pull, "head": {**branch, "repo": {**REPOSITORY, "id": 2}}},
        {**pull, "head": {**branch, "repo": None}},
    ]
    with scripted(THERE, reply(pulls), reply(pulls[0])) as script:
        forge = forge_at(script)
        assert forge.pull_requests(branch="topic") == []
        assert forge.pull_request(3) is None
    assert "head=owner%3Atopic" in script.asked[1]
