"""Who made a commit, as GitHub says: by a signature, or by a status of the maker's own."""

from typing import Any

import pytest

from tests.forge.github.replies import THERE, forge_at, reply
from tests.registry.scripted import scripted

BASE, HEAD = "a" * 40, "b" * 40


def commit(author: str | None, committer: str | None, verified: bool) -> dict[str, Any]:
    kind = "Bot" if (author or "").endswith("[bot]") else "User"
    return {
        "sha": HEAD,
        "author": {"login": author, "type": kind} if author else None,
        "committer": {"login": committer} if committer else None,
        "commit": {"verification": {"verified": verified}},
    }


def pull(head: str, merge: str, merged: bool) -> dict[str, Any]:
    merged_at = "2026-01-01T00:00:00Z" if merged else None
    return {"head": {"sha": head}, "merge_commit_sha": merge, "merged_at": merged_at}


@pytest.mark.parametrize("committer", ["web-flow", None, "github-actions[bot]"])
@pytest.mark.parametrize(
    "pulls", [[], [pull(HEAD, BASE, False)], [pull(HEAD, BASE, True)], [pull(HEAD, HEAD, True)]]
)
def test_a_bots_signed_commit_is_its_own(committer: str | None, pulls: list[dict[str, Any]]) -> None:
    made = commit("github-actions[bot]", committer, True)
    compared = reply({"commits": [made]})
    with scripted(THERE, compared, reply(pulls), compared) as script:
        forge = forge_at(script)
        for _ in range(2):  # what made it is asked for once
            assert forge.makers(BASE, HEAD) == {HEAD: {"github-actions[bot]"}}


def test_a_commit_that_somebody_made_by_merging_is_not_its_authors() -> None:
    """Who squashes a pull request types the message, and GitHub signs it."""
    made, pulls = commit("github-actions[bot]", "web-flow", True), [pull(BASE, HEAD, True)]
    with scripted(THERE, reply({"commits": [made]}), reply(pulls), reply([])) as script:
        assert forge_at(script).makers(BASE, HEAD) == {HEAD: set()}


@pytest.mark.parametrize(
    "made",
    [
        commit("github-actions[bot]", "web-flow", False),
        commit("github-actions[bot]", "mallory", True),
        commit(None, "web-flow", True),
        commit("alice", "alice", True),
        commit("alice", "web-flow", True),
    ],
)
def test_a_claim_proves_nothing_and_a_status_does(made: dict[str, Any]) -> None:
    statuses = [
        {"context": "flux-artifacts/made", "creator": {"login": "bob"}},
        {"context": "other", "creator": {"login": "mallory"}},
        {"context": "flux-artifacts/made", "creator": None},
    ]
    with scripted(THERE, reply({"commits": [made]}), reply(statuses)) as script:
        assert forge_at(script).makers(BASE, HEAD) == {HEAD: {"bob"}}
