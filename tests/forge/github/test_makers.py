"""Who made a commit, as GitHub says: by a signature, or by a status of the maker's own."""

from typing import Any

import pytest

from tests.forge.github.replies import THERE, forge_at, reply
from tests.registry.scripted import scripted

BASE, HEAD = "a" * 40, "b" * 40


def commit(author: str | None, committer: str | None, verified: bool) -> dict[str, Any]:
    return {
        "sha": HEAD,
        "author": {"login": author} if author else None,
        "committer": {"login": committer} if committer else None,
        "commit": {"verification": {"verified": verified}},
    }


@pytest.mark.parametrize(
    ("made", "makers"),
    [
        (commit("github-actions[bot]", "web-flow", True), {"github-actions[bot]"}),
        (commit("github-actions[bot]", None, True), {"github-actions[bot]"}),
        (commit("alice", "alice", True), {"alice"}),
    ],
)
def test_a_signed_commit_is_its_authors(made: dict[str, Any], makers: set[str]) -> None:
    with scripted(THERE, reply({"commits": [made]})) as script:
        assert forge_at(script).makers(BASE, HEAD) == {HEAD: makers}


@pytest.mark.parametrize(
    "made",
    [
        commit("github-actions[bot]", "web-flow", False),
        commit("github-actions[bot]", "mallory", True),
        commit(None, "web-flow", True),
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
