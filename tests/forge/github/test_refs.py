"""Branches and tags that GitHub tells of."""

from collections.abc import Iterator
from contextlib import contextmanager

from github.Repository import Repository

from flux.forge.github.api import GitHubApi
from flux.forge.github.refs import find_ref, find_tagged, matching_refs
from tests.forge.github.replies import THERE, refusal, reply
from tests.registry.scripted import Script, scripted
from tests.servers import Answer

SHA, TAG, OUTER = "a" * 40, "b" * 40, "c" * 40


@contextmanager
def answering(*replies: Answer) -> Iterator[tuple[Repository, Script]]:
    with scripted(THERE, *replies) as script:
        api = GitHubApi(f"http://{script.host}", "owner/name", "secret", 60)
        with api.asking("find a tag", "contents: read") as repository:
            yield repository, script


def tag(sha: str, kind: str, at: str) -> object:
    return {"sha": sha, "tag": "v1", "object": {"type": kind, "sha": at}}


def test_a_tag_of_a_tag_leads_to_its_commit() -> None:
    ref = reply({"ref": "refs/tags/v1", "object": {"type": "tag", "sha": OUTER}})
    tags = [reply(tag(OUTER, "tag", TAG)), reply(tag(TAG, "commit", SHA))]
    with answering(ref, *tags) as (repository, _):
        assert find_tagged(repository, "v1") == SHA


def test_a_ref_that_is_not_there() -> None:
    absent = refusal(404, "Not Found")
    with answering(absent, absent) as (repository, _):
        assert find_tagged(repository, "v1") is None
        assert find_ref(repository, "heads/x") is None


def test_refs_are_listed_by_name_in_one_request() -> None:
    commit = {"type": "commit", "sha": SHA}
    listed = [{"ref": f"refs/heads/promote/{name}", "object": commit} for name in "ab"]
    with answering(reply(listed)) as (repository, script):
        found = matching_refs(repository, "heads/", "promote/")
    assert found == {"promote/a": ("commit", SHA), "promote/b": ("commit", SHA)}
    assert script.asked[1].endswith("/git/matching-refs/heads/promote/")
