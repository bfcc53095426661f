"""The local forge is whole, and open to people with an editor and git."""

from flux.forge.dry import DryForge
from flux.forge.forge import PullState
from tests.forge.conftest import Place


def test_a_promotion_by_hand(local: Place) -> None:
    """The issue, its pull request and the release are all of one place."""
    issue = local.forge.create_issue("Promote eso", "- [ ] at", "flux-release", None)
    pull = local.propose()
    local.forge.create_comment(issue.number, f"see {pull.number}")
    local.merge(pull)
    merged = local.forge.pull_request(pull.number)
    assert merged is not None
    assert merged.state is PullState.MERGED
    release = local.forge.create_release("eso-v1", local.tip, "Title", "", False)
    assert release.url.startswith(local.url)
    assert [comment.body for comment in local.forge.comments(issue.number)] == [f"see {pull.number}"]


def test_edits_of_its_files_reach_no_workflow(local: Place) -> None:
    assert local.forge.tells_edits is False
    assert DryForge(local.forge).tells_edits is False
